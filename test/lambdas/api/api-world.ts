import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Claimable, StoreClaims } from '../../../lambdas/adapters/claims-table.ts';
import { approvalRoutes } from '../../../lambdas/api/approval-routes.ts';
import { evidenceRoutes } from '../../../lambdas/api/evidence-routes.ts';
import { holdRoutes } from '../../../lambdas/api/hold-routes.ts';
import { apiLambda } from '../../../lambdas/api/http.ts';
import { offboardingRoutes } from '../../../lambdas/api/offboarding-routes.ts';
import type { PlaneReach } from '../../../lambdas/api/plane-reach.ts';
import { planeRoutes } from '../../../lambdas/api/plane-routes.ts';
import type { Execution, Executions, TaskCallback } from '../../../lambdas/api/ports.ts';
import { usageRoutes } from '../../../lambdas/api/usage-routes.ts';
import { canonicalJson } from '../../../lambdas/core/canonical.ts';
import { OffboardingError } from '../../../lambdas/core/errors.ts';
import type { UseDuringGrace } from '../../../lambdas/core/grace-use.ts';
import type { LedgerEntry } from '../../../lambdas/core/ledger-entry.ts';
import type { PlaneRecord, PlaneTombstone } from '../../../lambdas/core/plane.ts';
import type { EnvironmentFacts } from '../../../lambdas/policy-gate/attempt.ts';
import type { RolePatterns } from '../../../lambdas/policy-gate/roles.ts';
import type { Dependent, Lease, PlaneRegistry, UsageWriter } from '../../../lambdas/ports.ts';
import { createRecorder } from '../../../lambdas/recorder/recorder.ts';
import { PLANE_ID, planeRecord, REQUESTER, TIMES } from '../../support/builders.ts';
import { fakeDecisions } from '../../support/fake-decisions.ts';
import { fakeLedger } from '../../support/fake-ledger.ts';
import { fakePlanes } from '../../support/fake-planes.ts';
import { usageOver } from '../../support/fake-usage.ts';
import { DEV, ENGINE, EVERYBODY, gateOver } from '../../support/policies.ts';
import { recordingLog } from '../../support/recording-log.ts';

const STATE_MACHINE = 'arn:aws:states:eu-central-1:111122223333:execution:Offboarding';

export interface CallOptions {
  readonly as?: string | null;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as it is when it is a string, else as JSON. */
  readonly body?: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test checks what it reads
  readonly body: any;
}

/** Every route over ports in memory, with the real recorder and its rules behind them. */
export function apiWorld({
  entries = [],
  plane = planeRecord(),
  now = TIMES.requested,
  environment = DEV,
  roles = EVERYBODY,
  reach = { buckets: ['documents', 'knowledge-*'], tables: ['t-*'], functions: ['query-*'] },
  useDuringGrace = 'record',
}: {
  entries?: readonly LedgerEntry[];
  plane?: PlaneRecord | PlaneTombstone | undefined;
  now?: string;
  environment?: EnvironmentFacts;
  roles?: RolePatterns;
  reach?: PlaneReach;
  useDuringGrace?: UseDuringGrace;
} = {}) {
  let time = new Date(now);
  const clock = () => time;
  const log = recordingLog();
  const ledger = fakeLedger(entries);
  const planes = fakePlanes();
  planes.records.set(plane.planeId, plane);
  const registry = fakeRegistry(planes);
  const executions = fakeExecutions();
  const decisions = fakeDecisions();
  const callback = fakeCallback();
  const claims = fakeClaims();
  const usage = fakeUsageWriter();
  const recorder = createRecorder({ ledger, planes, now: clock, log: recordingLog() });
  const policies = { engine: ENGINE, environment };
  const facts = { ledger, usage: usageOver(usage), useDuringGrace, now: clock };
  const gate = gateOver({ ...facts, recorder, policies, roles });
  let ids = 0;
  const nextId = (prefix: string) => () => {
    ids += 1;
    return `${prefix}_01JD${String(ids).padStart(22, '0')}`;
  };
  const lambda = apiLambda(
    [
      ...planeRoutes({
        registry,
        claims,
        reach,
        newPlaneId: nextId('kp'),
      }),
      ...offboardingRoutes({
        registry,
        ledger,
        recorder,
        executions,
        gate,
        floors: {
          gracePeriodDays: environment.gracePeriodFloorDays,
          retentionDays: environment.retentionFloorDays,
        },
        forceWindowHours: 24,
        newOffboardingId: nextId('off'),
      }),
      ...approvalRoutes({ planes, ledger, recorder, gate, decisions, callback }),
      ...evidenceRoutes({
        planes,
        ledger,
        certificates: { read: async (planeId, phase) => `${phase}-jws-of-${planeId}` },
        signingKeys: { read: async () => [{ kty: 'EC', kid: 'key-1' }] },
      }),
      ...usageRoutes({
        planes,
        ledger,
        recorder,
        usage,
        dependentsOf: usageOver(usage).dependents,
        gate,
        useDuringGrace,
        newDeclarationId: nextId('dec'),
      }),
      ...holdRoutes({ planes, ledger, recorder, gate }),
    ],
    { now: clock, log },
  );

  return {
    ledger,
    planes,
    registry,
    executions,
    decisions,
    callback,
    claims,
    usage,
    recorder,
    log,
    setTime(iso: string) {
      time = new Date(iso);
    },
    async call(method: string, resource: string, options: CallOptions = {}): Promise<ApiAnswer> {
      const result = await lambda(eventOf(method, resource, options));
      const contentType = result.headers?.['content-type'] as string | undefined;
      return {
        status: result.statusCode,
        contentType,
        headers: result.headers ?? {},
        body: contentType?.includes('json') ? JSON.parse(result.body) : result.body,
      };
    },
  };
}

export type ApiWorld = ReturnType<typeof apiWorld>;

function eventOf(method: string, resource: string, options: CallOptions): APIGatewayProxyEvent {
  const { as = REQUESTER, path = { planeId: PLANE_ID }, query = null, body } = options;
  // Only what the product reads of an event; the rest of its forty fields is the gateway's affair.
  return {
    httpMethod: method,
    resource,
    path: resource,
    pathParameters: path,
    queryStringParameters: query,
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: {
      requestId: 'chosen-by-the-caller',
      extendedRequestId: 'request-1',
      path: `/v1${resource}`,
      identity: { userArn: as },
    },
  } as unknown as APIGatewayProxyEvent;
}

function fakeRegistry(planes: ReturnType<typeof fakePlanes>): PlaneRegistry {
  return {
    read: planes.read,
    async create(plane) {
      planes.records.set(plane.planeId, plane);
    },
    async list({ limit, nextToken = '0' }) {
      const all = [...planes.records.values()];
      const end = Number(nextToken) + limit;
      return {
        planes: all.slice(Number(nextToken), end),
        ...(end < all.length && { nextToken: String(end) }),
      };
    },
    async claimAttempt(planeId, next, previous) {
      const plane = planes.records.get(planeId);
      if (!plane || !('tenantId' in plane)) return false;
      const { offboardingId, attempt } = plane.offboarding ?? {};
      if (offboardingId !== previous?.offboardingId || attempt !== previous?.attempt) return false;
      planes.records.set(planeId, { ...plane, offboarding: next });
      return true;
    },
  };
}

export interface FakeExecutions extends Executions {
  readonly running: Map<string, { input: string } & Execution>;
  readonly stopped: string[];
  /** The next start throws this, before or after the execution exists. */
  failNextStart(error: Error, when: 'before' | 'after'): void;
  end(name: string, execution: Execution): void;
}

function fakeExecutions(): FakeExecutions {
  const running = new Map<string, { input: string } & Execution>();
  const stopped: string[] = [];
  let failure: { error: Error; when: 'before' | 'after' } | undefined;
  const arnOf = (name: string) => `${STATE_MACHINE}:${name}`;
  return {
    running,
    stopped,
    failNextStart(error, when) {
      failure = { error, when };
    },
    end(name, execution) {
      running.set(arnOf(name), { input: '', ...running.get(arnOf(name)), ...execution });
    },
    arnOf,
    async start(name, input) {
      const failing = failure;
      failure = undefined;
      if (failing?.when === 'before') throw failing.error;
      const there = running.get(arnOf(name));
      const text = canonicalJson(input);
      if (there && !(there.status === 'RUNNING' && there.input === text)) return 'name-taken';
      running.set(arnOf(name), { input: text, status: 'RUNNING' });
      if (failing) throw failing.error;
      return 'started';
    },
    async describe(arn) {
      const found = running.get(arn);
      if (!found) return undefined;
      const { input: _, ...execution } = found;
      return execution;
    },
    async stop(arn) {
      stopped.push(arn);
      const there = running.get(arn);
      if (there?.status === 'RUNNING') running.set(arn, { ...there, status: 'ABORTED' });
    },
  };
}

export interface FakeCallback extends TaskCallback {
  readonly open: Set<string>;
  readonly sent: { taskToken: string; output: unknown }[];
}

function fakeCallback(): FakeCallback {
  const open = new Set<string>();
  const sent: { taskToken: string; output: unknown }[] = [];
  return {
    open,
    sent,
    async sendSuccess(taskToken, output) {
      if (!open.delete(taskToken)) return 'closed';
      sent.push({ taskToken, output });
      return 'sent';
    },
    pause: async () => {},
  };
}

export interface FakeClaims extends StoreClaims {
  /** Canonical JSON of each descriptor, and who has it. */
  readonly held: Map<string, { planeId: string; claimedAt: string }>;
}

function fakeClaims(): FakeClaims {
  const held = new Map<string, { planeId: string; claimedAt: string }>();
  return {
    held,
    async claim(planeId, descriptor: Claimable, now, { field = '', isAbandoned } = {}) {
      const holder = held.get(canonicalJson(descriptor));
      if (holder && holder.planeId !== planeId && !(await isAbandoned?.(holder)))
        throw new OffboardingError('STORE_TAKEN', `${field} belongs to another plane`, {
          details: { field },
        });
      held.set(canonicalJson(descriptor), { planeId, claimedAt: now.toISOString() });
    },
    async release(planeId, descriptors) {
      for (const descriptor of descriptors)
        if (held.get(canonicalJson(descriptor))?.planeId === planeId)
          held.delete(canonicalJson(descriptor));
    },
  };
}

export interface FakeUsageWriter extends UsageWriter {
  readonly leases: Map<string, Lease>;
  readonly dependents: Map<string, Dependent>;
}

function fakeUsageWriter(): FakeUsageWriter {
  const leases = new Map<string, Lease>();
  const dependents = new Map<string, Dependent>();
  return {
    leases,
    dependents,
    async putLease(_planeId, lease, now) {
      const before = leases.get(lease.leaseId);
      if (before && before.heldBy !== lease.heldBy && before.expiresAt > now.toISOString())
        throw new OffboardingError('USAGE_TAKEN', "the lease is somebody else's");
      leases.set(lease.leaseId, lease);
      return before;
    },
    deleteLease: async (_planeId, leaseId, heldBy) =>
      leases.get(leaseId)?.heldBy === heldBy && leases.delete(leaseId),
    async putDependent(_planeId, dependent) {
      const before = dependents.get(dependent.dependentId);
      if (before && before.declaredBy !== dependent.declaredBy)
        throw new OffboardingError('USAGE_TAKEN', "the dependent is somebody else's");
      const { declarationId } = before ?? dependent;
      dependents.set(dependent.dependentId, {
        ...dependent,
        ...(declarationId && { declarationId }),
      });
      return before;
    },
    async deleteDependent(_planeId, dependentId, { declaredBy, declarationId }) {
      const found = dependents.get(dependentId);
      const isMeant = found?.declaredBy === declaredBy && found.declarationId === declarationId;
      return isMeant && dependents.delete(dependentId);
    },
  };
}
