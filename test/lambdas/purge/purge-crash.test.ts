import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LedgerEntry } from '../../../lambdas/core/ledger-entry.ts';
import { SMALL_LIMITS } from '../../support/archive-world.ts';
import { PLANE_ID } from '../../support/builders.ts';
import {
  arrange,
  fillVault,
  look,
  NEIGHBOUR_SCHEDULE,
  TABLES,
  vaultVersions,
} from '../../support/crash-plane.ts';
import { dieAtEveryCall } from '../../support/die-at-every-call.ts';
import { type FaultyServices, startFaultyServices } from '../../support/faulty-services.ts';
import { RESTART_DELAY_MS, withoutDelay } from '../../support/late-restart.ts';
import { JOURNEYS, ledgerOf } from '../../support/ledgers.ts';
import { productStages } from '../../support/product-stages.ts';
import { refuseEveryCall } from '../../support/refuse-every-call.ts';
import { shortInvocations } from '../../support/short-invocations.ts';
import { workOnBusyServices } from '../../support/work-on-busy-services.ts';

let approved: readonly LedgerEntry[];

async function start(services: FaultyServices): Promise<void> {
  await arrange(services, approved);
  await fillVault(services.bystander);
}

async function lookEverywhere({ bystander }: FaultyServices) {
  return { ...(await look(bystander)), vault: await vaultVersions(bystander) };
}

let services: FaultyServices;
let undisturbed: Awaited<ReturnType<typeof lookEverywhere>>;
beforeAll(async () => {
  services = await startFaultyServices(TABLES);
  approved = await ledgerOf(...JOURNEYS.ARCHIVED);
  await start(services);
  const approver = productStages(services.bystander, SMALL_LIMITS);
  await approver.approve();
  approved = await approver.readLedger();
  await start(services);
  await productStages(services.product, SMALL_LIMITS).purge();
  undisturbed = await lookEverywhere(services);
});
afterAll(() => services.close());

function inTime({ ledger, ...end }: typeof undisturbed) {
  return { ...end, ledger: withoutDelay(ledger) };
}

test('undisturbed, it leaves the neighbour, a tombstone and the ledger', () => {
  const { ledger, ...left } = undisturbed;
  expect(left).toEqual({
    vault: [`planes/${PLANE_ID}0/neighbour`],
    bag: undefined,
    seal: undefined,
    documents: ['kp-10/neighbour'],
    uploads: ['kp-10/upload'],
    chunks: ['kp-10'],
    tokens: ['kp-10'],
    usage: [],
    decisions: [],
    schedules: [NEIGHBOUR_SCHEDULE],
    claims: ['kp-10/'],
    registry: [{ planeId: PLANE_ID, lifecycleState: 'PURGED', ledgerSeq: 8 }],
  });
  expect(ledger.at(-1)).toMatchObject({
    to: 'PURGED',
    data: {
      recordsDeleted: 9,
      alreadyAbsent: 0,
      uploadsAborted: 1,
      parts: [
        { kind: 'bag', found: 3, destroyed: 3 },
        { kind: 's3-prefix', found: 2, destroyed: 2 },
        { kind: 'dynamodb-partition', found: 1, destroyed: 1 },
        { kind: 'token-partition', found: 2, destroyed: 2 },
        { kind: 'usage', found: 1, destroyed: 1 },
      ],
    },
  });
});

test.each([
  ['any AWS call', undefined, 1, 50],
  ['any 31st call of short invocations', 7, 31, 60],
])(
  'stopped before or after %s and started again, it ends the same',
  async (_, seed, stride, atLeast) => {
    let remainingMs = () => 900_000;
    const stagesAt = (delayMs: number) =>
      productStages(services.product, SMALL_LIMITS, () => remainingMs(), delayMs);
    const [first, restarted] = [stagesAt(0), stagesAt(RESTART_DELAY_MS)];
    const calls = await dieAtEveryCall(services, {
      stride,
      async start() {
        await start(services);
        if (seed !== undefined) remainingMs = shortInvocations(seed);
      },
      work: (isRestart) => (isRestart ? restarted : first).purge(),
      async check(death) {
        expect(inTime(await lookEverywhere(services)), death).toEqual(inTime(undisturbed));
      },
    });
    expect(calls).toBeGreaterThan(atLeast);
  },
  300_000,
);

test.each([1, 2, 3])(
  'with every fifth call answered by "not now", it ends the same (seed %i)',
  async (seed) => {
    const refused = await workOnBusyServices(TABLES, seed, {
      start,
      work: ({ product }) => productStages(product, SMALL_LIMITS).purge(),
      async check(busy) {
        expect(await lookEverywhere(busy)).toEqual(undisturbed);
      },
    });
    expect(refused).toBeGreaterThan(5);
  },
);

test('with any one call answered by 503, it ends the same', async () => {
  const calls = await refuseEveryCall(TABLES, {
    start,
    work: ({ product }) => productStages(product, SMALL_LIMITS).purge(),
    async check(busy, refusal) {
      expect(await lookEverywhere(busy), refusal).toEqual(undisturbed);
    },
  });
  expect(calls).toBeGreaterThan(50);
}, 300_000);
