import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_ROUTES } from '../../infra/api-routes.ts';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import { type ApiRequest, apiRequests, PLANE, SCOPE_HASH } from '../support/api-requests.ts';
import { expectProblem } from '../support/expect-problem.ts';
import { startWorld, type World, type WorldPlane } from '../support/offboarding-world.ts';
import { type PlaneState, planeStateReader } from '../support/plane-state.ts';
import { type RegistryState, registryStateReader } from '../support/product-state.ts';
import { type RawAnswer, sendRaw } from '../support/raw-request.ts';

const SEED = 20_261_122;
const REQUESTS = 10_000;
/** Each request folds its plane's ledger, so a plane with a longer one makes room for another. */
const LEDGER_LENGTH_MAX = 40;
const EVERYTHING_EVERY = 500;
/** Ten times what it takes on one idle core. */
const TIMEOUT_MS = 600_000;

const account = (resource: string) => `arn:aws:iam::111122223333:${resource}`;
const OPERATOR = 'OffboardingOperator@deploy';
const LEGAL = 'OffboardingLegal@counsel';
const FORCER = 'OffboardingForcer@ann';
const SECOND_FORCER = 'AWSReservedSSO_OffboardingForcer_0123456789abcdef@bob@example.com';
const APPROVER = 'OffboardingApprover@cas';
const SECOND_APPROVER = 'AWSReservedSSO_OffboardingApprover_0123456789abcdef@dee@example.com';
const CALLERS = ['nobody', OPERATOR, LEGAL, APPROVER, FORCER, SECOND_FORCER, SECOND_APPROVER];
/** Whom the ledger names. Anybody else is the user of the access key's name. */
const ACTORS = new Map([
  [OPERATOR, account('role/OffboardingOperator')],
  [LEGAL, account('role/OffboardingLegal')],
  [APPROVER, account('role/OffboardingApprover')],
  [FORCER, account('role/OffboardingForcer')],
  [SECOND_FORCER, 'identity-center-user/5ff860bf1190596c'],
  [SECOND_APPROVER, 'identity-center-user/81125bf4a7b2bf34'],
]);

/** Anything else that is called may have written. */
const READS: ReadonlySet<string> = new Set([
  'dynamodb:GetItem',
  'dynamodb:Query',
  'dynamodb:Scan',
  'dynamodb:ConditionCheckItem',
  'kms:GetPublicKey',
  'lambda:InvokeFunction',
  's3:GetObject',
  'states:DescribeExecution',
  'states:ListExecutions',
]);
const REGISTERS = /^POST \/planes(\?|$)/;
/** What the policies refuse is put on record, a registration takes back what it has claimed, and an id that is taken is refused by the write
 * itself. Other refusals write nothing. */
const REFUSALS_WRITE =
  /^POST \/planes(\?|$)|^(POST|PUT|DELETE) .*\/(offboarding|approval|hold)\b|^(PUT|DELETE) .*\/(leases|dependents)\//;

/** `| 409    | `STORE_TAKEN`             | …`, as `409 STORE_TAKEN` */
const DOCUMENTED = [
  ...readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8').matchAll(
    /^\| (\d{3}) +\| `([A-Z_]+)`/gm,
  ),
].map(([, status, code]) => `${status} ${code}`);

/** A place that one plane after another takes. */
interface Slot {
  readonly prepare: (world: World) => Promise<string>;
  planeId: string;
  /** Absent while it is not known: a request was accepted. */
  state?: PlaneState | undefined;
}

const serving = async (world: World) => (await world.plane()).planeId;

async function held(world: World): Promise<string> {
  const { planeId, as } = await world.plane();
  for (const reference of ['case-1', 'case-2'])
    await as(LEGAL, 'PUT', '/hold', { reference, reason: 'litigation is expected' });
  return planeId;
}

async function inGrace(world: World): Promise<string> {
  const { planeId, as } = await world.plane();
  await as(OPERATOR, 'POST', '/offboarding', { reason: 'the contract ends' });
  await world.cloud.clock.settle();
  return planeId;
}

async function forced(world: World): Promise<WorldPlane> {
  const plane = await world.plane();
  const body = { reason: 'leak', force: true, forceReason: 'leak', erasure: true };
  for (const forcer of [FORCER, SECOND_FORCER])
    await plane.as(forcer, 'POST', '/offboarding', body);
  await world.cloud.clock.settle();
  return plane;
}

const awaitingApproval = async (world: World) => (await forced(world)).planeId;

async function purged(world: World): Promise<string> {
  const { planeId, decide } = await forced(world);
  for (const approver of [APPROVER, SECOND_APPROVER]) await decide(approver, 'approve');
  return planeId;
}

/** One slot each. */
const PREPARATIONS = [serving, held, inGrace, awaitingApproval, awaitingApproval, purged];

describe('whatever is sent through the gateway', () => {
  let world: World;
  let readPlane: (planeId: string) => Promise<PlaneState>;
  let readRegistry: () => Promise<RegistryState>;
  let registry: RegistryState | undefined;
  const slots: Slot[] = [];
  const answered = new Set<number>();
  const accepted = new Set<string>();
  const recorded = new Set<string>();
  let sent = 0;

  beforeAll(async () => {
    world = await startWorld({ stackName: 'Offboarding-prod' });
    readPlane = planeStateReader(world.cloud);
    readRegistry = registryStateReader(world.cloud);
    for (const prepare of PREPARATIONS) slots.push({ prepare, planeId: await prepare(world) });
  });
  afterAll(() => world.close());

  function slotAt(index: number): Slot {
    const slot = slots[index];
    if (!slot) throw new Error(`there is no slot ${index}`);
    return slot;
  }

  /** Of every caller: when it stays the same, nothing was written by anybody. */
  const writes = () =>
    world.cloud.counts
      .read()
      .reduce((sum, { action, calls }) => (READS.has(action) ? sum : sum + calls), 0);

  /** With another plane in the place of one whose ledger has become long. */
  async function readState(slot: Slot): Promise<void> {
    slot.state ??= await readPlane(slot.planeId);
    if (slot.state.entries.length > LEDGER_LENGTH_MAX) {
      slot.planeId = await slot.prepare(world);
      slot.state = await readPlane(slot.planeId);
    }
  }

  async function expectAnswerOrRefusal(raw: ApiRequest, slot: Slot): Promise<void> {
    sent += 1;
    if (sent % EVERYTHING_EVERY === 0) await expectNothingElseToHaveChanged();
    const called = `${raw.method} ${raw.path}`;
    if (REFUSALS_WRITE.test(called)) await readState(slot);
    if (REGISTERS.test(called)) registry ??= await readRegistry();

    const before = writes();
    const request = addressed(raw, slot);
    const answer = await sendRaw(world.cloud.apiUrl, request);
    const { status } = answer;
    const { code } = expectAnswer(request, answer);
    answered.add(status);
    if (status < 300) {
      if (raw.route.startsWith(`${raw.method} `)) accepted.add(raw.route);
      if (writes() === before) return;
      // An offboarding that was started goes on by itself; what it does is not of the next request's doing.
      await world.cloud.clock.settle();
      slot.state = undefined;
      registry = undefined;
    } else if (writes() !== before) {
      // The record of a refusal becomes an event, which is not of the next request's doing either.
      await world.cloud.clock.settle();
      const after = await readPlane(slot.planeId);
      expect(after).toEqual(withRecordOfRefusal(slot.state, after, request.as));
      if (after.entries.length !== slot.state?.entries.length) recorded.add(code);
      slot.state = after;
      if (REGISTERS.test(called)) expect(await readRegistry()).toEqual(registry);
      else registry = undefined;
    }
  }

  /** Nor what the requests were not about. */
  async function expectNothingElseToHaveChanged(): Promise<void> {
    for (const { planeId, state } of slots)
      if (state) expect(await readPlane(planeId)).toEqual(state);
    if (registry) expect(await readRegistry()).toEqual(registry);
  }

  it(
    'is answered or refused, never a failure; and what is refused changes nothing',
    async () => {
      const requests = fc.asyncProperty(
        apiRequests(CALLERS),
        fc.nat(PREPARATIONS.length - 1),
        (request, at) => expectAnswerOrRefusal(request, slotAt(at)),
      );
      // What comes before a request is part of it: a shorter counterexample would be another.
      await fc.assert(requests, { seed: SEED, numRuns: REQUESTS, endOnFailure: true });
      await expectNothingElseToHaveChanged();
      // A run that everything or nothing passes would prove nothing.
      expect([...accepted].sort()).toEqual(
        API_ROUTES.map(({ method, path }) => `${method} ${path}`).sort(),
      );
      expect([...answered].sort()).toEqual([200, 201, 202, 204, 400, 403, 404, 409, 415]);
      expect([...recorded]).toContain('NOT_PERMITTED');
    },
    TIMEOUT_MS,
  );
});

function expectAnswer({ method }: ApiRequest, answer: RawAnswer): { readonly code: string } {
  const { status } = answer;
  expect(status).toBeLessThan(500);
  // An answer to HEAD has no body to look at.
  if (status < 300 || method === 'HEAD') return { code: '' };
  const problem = expectProblem(answer, { status, code: expect.any(String) });
  expect(DOCUMENTED).toContain(`${status} ${problem.code}`);
  return problem;
}

/** What was there, with at most one more entry: that the policies have refused this caller. */
function withRecordOfRefusal(
  before: PlaneState | undefined,
  after: PlaneState,
  as: string | null | undefined,
): PlaneState | undefined {
  if (!before || after.entries.length === before.entries.length) return before;
  const last = after.entries.at(-1);
  const record = {
    ...last,
    type: 'BLOCKED',
    to: last?.from,
    actor: ACTORS.get(as ?? '') ?? account(`user/${as}`),
    reason: null,
  } as LedgerEntry;
  const entries = [...before.entries, record];
  // How far the projection has seen the ledger. There is nothing else in it to see.
  return { ...before, entries, plane: { ...before.plane, ledgerSeq: entries.length } };
}

function addressed(raw: ApiRequest, { planeId, state }: Slot): ApiRequest {
  const scopeHash = state?.decisions[0]?.scopeHash;
  const isAsked = typeof raw.body === 'string' && typeof scopeHash === 'string';
  return {
    ...raw,
    path: raw.path.replace(PLANE, planeId),
    ...(isAsked && { body: raw.body.replace(SCOPE_HASH, scopeHash) }),
  };
}
