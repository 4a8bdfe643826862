import { LIFECYCLE_STATES, STAGE_NAMES } from '../lambdas/core/lifecycle.ts';
import { createSamplePlane } from '../local/demo/sample-plane.ts';
import { apiClient } from '../local/signed-api.ts';
import type { ExecutionEvent } from '../local/step-functions/execution.ts';
import type { BenchCloud } from './bench-cloud.ts';
import type { MeasuredOffboarding } from './measurement.ts';
import type { Measure } from './measures.ts';
import { costOf } from './prices.ts';

const RETENTION_DAYS = 365;
const GRACE_DAYS = 7;
const DOCUMENTS = [
  { name: 'guide.md', text: '# Guide\n\nHow to begin.' },
  { name: 'reference.md', text: '# Reference\n\nEvery option.' },
];

/**
 * What a workflow of these stages must enter at the least, beside packing each shard: a state for each stage, one to wait out the
 * grace period, one to wait for the approval, and one for the certificate.
 */
const LEAST_STATES = STAGE_NAMES.length + 3;
/** What a ledger without which nothing could be proved has at the least: each change of state, the approval, the certificate. */
const LEAST_ENTRIES = LIFECYCLE_STATES.length - 1 + 2;

/** One plane from ACTIVE to PURGED, with grace period and retention: what the workflow and the ledger charge for. */
export const offboardingCost: Measure = async ({ startCloud, progress }) => {
  await using bench = await startCloud();
  const measured = await offboardOnce(bench);
  progress(JSON.stringify(measured));
  const { transitions, ledgerWrites, ledgerWriteUnits } = measured;
  const claim = 'one offboarding with retention';
  return {
    figures: [
      {
        claim: `${claim}: state transitions`,
        unit: 'count',
        measured: transitions,
        floor: LEAST_STATES + measured.shards,
        limit: { of: 'measured', atMost: 30 },
      },
      {
        claim: `${claim}: ledger writes`,
        unit: 'count',
        measured: ledgerWrites,
        floor: LEAST_ENTRIES,
        limit: { of: 'measured', atMost: 12 },
      },
      {
        claim: `${claim}: price of both`,
        unit: 'dollars',
        measured:
          costOf('stateTransition', transitions) + costOf('dynamodbWrite', ledgerWriteUnits),
      },
    ],
    basis: { offboarding: measured },
  };
};

async function offboardOnce({
  cloud,
  operator,
  events,
  invocationCount,
}: BenchCloud): Promise<MeasuredOffboarding> {
  const sample = await createSamplePlane(cloud, {
    name: 'handbook',
    tenantId: 'tenant-a',
    documents: DOCUMENTS,
  });
  const { body: plane } = await operator.call('POST', '/planes', sample.registration);
  const path = `/planes/${plane.planeId}`;
  const invocationsBefore = invocationCount();
  const eventsBefore = events.length;
  cloud.counts.reset();
  await operator.call('POST', `${path}/offboarding`, {
    reason: 'measured',
    gracePeriodDays: GRACE_DAYS,
    retentionDays: RETENTION_DAYS,
  });
  await cloud.clock.settle();
  await cloud.clock.advanceBy({ days: GRACE_DAYS + RETENTION_DAYS + 1 });
  const approver = apiClient(cloud.apiUrl, 'approver');
  const { body: asked } = await approver.call('GET', `${path}/approval`);
  await approver.call('POST', `${path}/approval`, {
    decision: 'approve',
    reason: 'measured',
    scopeHash: asked.scopeHash,
  });
  await cloud.clock.settle();

  const { body: ledger } = await operator.call('GET', `${path}/ledger`);
  const last = ledger.entries.at(-1);
  if (last?.type !== 'CERTIFIED') throw new Error(`the offboarding ended with ${last?.type}`);
  // From PURGED on the recorder follows each entry up with a tombstone in the registry, the only other thing it puts anywhere.
  const tombstones = ledger.entries.filter((entry: { to: string }) => entry.to === 'PURGED').length;
  const happened = events.slice(eventsBefore);
  const shardTransitions = happened.filter(
    (event) => isTransition(event) && event.stateName === 'Pack shard',
  ).length;
  return {
    transitions: happened.filter(isTransition).length,
    shardTransitions,
    shards: new Set(
      happened.flatMap((event) =>
        event.type === 'StateEntered' && event.stateName === 'Pack shard'
          ? [event.executionArn]
          : [],
      ),
    ).size,
    ledgerWrites: recorderPuts(cloud) - tombstones,
    ledgerWriteUnits: ledger.entries.reduce(
      (sum: number, entry: object) => sum + writeUnits(entry),
      0,
    ),
    lambdaInvocations: invocationCount() - invocationsBefore,
  };
}

/** Every entry into a state, and every retry of its task: https://aws.amazon.com/step-functions/pricing/ */
function isTransition(
  event: ExecutionEvent,
): event is Extract<ExecutionEvent, { type: 'StateEntered' | 'TaskScheduled' }> {
  return event.type === 'StateEntered' || (event.type === 'TaskScheduled' && event.attempt > 1);
}

/** Refused ones too: they are charged for. */
function recorderPuts(cloud: BenchCloud['cloud']): number {
  const { properties } = cloud.resource('AWS::Lambda::Function', '/recorder-function/');
  const roleArn = String(properties.Role);
  return cloud.counts
    .read()
    .filter(({ callerArn, action }) => action === 'dynamodb:PutItem' && callerArn === roleArn)
    .reduce((sum, { calls }) => sum + calls, 0);
}

/** One for each KB of the item, whose size is about that of its JSON. */
function writeUnits(entry: object): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(entry)) / 1024);
}
