import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ArchiveLimits } from '../../../lambdas/core/archive-limits.ts';
import type { AwsCall } from '../../../local/aws-endpoint.ts';
import { SMALL_LIMITS } from '../../support/archive-world.ts';
import { arrange, fillStores, look, TABLES, VAULT_PREFIX } from '../../support/crash-plane.ts';
import { dieAtEveryCall } from '../../support/die-at-every-call.ts';
import { type FaultyServices, startFaultyServices } from '../../support/faulty-services.ts';
import { RESTART_DELAY_MS, withoutDelay } from '../../support/late-restart.ts';
import { JOURNEYS, ledgerOf } from '../../support/ledgers.ts';
import { productStages } from '../../support/product-stages.ts';
import { refuseEveryCall } from '../../support/refuse-every-call.ts';
import { shortInvocations } from '../../support/short-invocations.ts';
import { workOnBusyServices } from '../../support/work-on-busy-services.ts';

/** One shard of objects and one of items; of the objects some are packed, one is copied whole, and one by parts. */
const LIMITS = { ...SMALL_LIMITS, evictBatch: 1000 };

async function start(services: FaultyServices): Promise<void> {
  await arrange(services, await ledgerOf(...JOURNEYS.DEACTIVATED));
  await fillStores(services.bystander);
}

let services: FaultyServices;
let undisturbed: Awaited<ReturnType<typeof look>>;
beforeAll(async () => {
  services = await startFaultyServices(TABLES);
  await start(services);
  await productStages(services.product, LIMITS).archive();
  undisturbed = await look(services.bystander);
});
afterAll(() => services.close());

test('undisturbed, it leaves a sealed bag, the neighbour, and uploads that are not its own to abort', () => {
  expect(undisturbed).toMatchObject({
    documents: ['kp-10/neighbour'],
    uploads: ['kp-1/upload', 'kp-10/upload'],
    chunks: ['kp-10'],
    seal: { objectCount: 7, deleteMarkerCount: 1, payloadCount: 4 },
  });
  expect(undisturbed.bag?.map(({ Key }) => Key?.slice(VAULT_PREFIX.length))).toEqual([
    'bag/bag-info.txt',
    'bag/bagit.txt',
    'bag/data/shard-00001/object-000005',
    'bag/data/shard-00001/object-000006',
    'bag/data/shard-00001/objects.tar',
    'bag/data/shard-00002/items.jsonl.gz',
    'bag/index/shard-00001.jsonl',
    'bag/index/shard-00002.jsonl',
    'bag/manifest-sha256.txt',
    'bag/plane.json',
    'bag/tagmanifest-sha256.txt',
  ]);
  expect(undisturbed.ledger.at(-1)).toMatchObject({ to: 'ARCHIVED', data: { objectCount: 7 } });
});

/** What an undisturbed run of then leaves. */
async function endOf(limits: ArchiveLimits, delayMs: number) {
  services.faults(() => 'proceed');
  await start(services);
  await productStages(services.product, limits, undefined, delayMs).archive();
  const { ledger, ...end } = await look(services.bystander);
  return { ...end, ledger: withoutDelay(ledger) };
}

/** Sees whether anything is removed before the bag is sealed, and which steps write down how far they have come. */
function watchRemovals() {
  const seen = { isSealed: false, tooEarly: [] as string[] };
  const progress = new Set<string>();
  const watch = ({ method, url, operation }: AwsCall) => {
    const [, file] = /\/work\/(plan-progress|seal-progress|eviction)\.json/.exec(url) ?? [];
    if (method === 'PUT' && file !== undefined) progress.add(file);
    if (method === 'PUT' && url.startsWith(`/vault/${VAULT_PREFIX}work/seal.json`))
      seen.isSealed = true;
    const removes =
      operation === 'DeleteItem' ||
      (url.startsWith('/documents/') && (method === 'DELETE' || url.includes('?delete')));
    if (removes && !seen.isSealed) seen.tooEarly.push(`${method} ${url}`);
  };
  return { seen, progress, watch };
}

test.each([
  ['any AWS call', LIMITS, undefined, 1, 80, []],
  [
    'any 17th call of short invocations',
    { ...LIMITS, shardMembers: 3, evictBatch: 2 },
    3,
    17,
    100,
    ['eviction', 'plan-progress', 'seal-progress'],
  ],
])(
  'stopped before or after %s and started again, it ends the same and removes nothing unsealed',
  async (_, limits, seed, stride, atLeast, interrupted) => {
    const expected = [await endOf(limits, 0), await endOf(limits, RESTART_DELAY_MS)];
    let remainingMs = () => 900_000;
    const stagesAt = (delayMs: number) =>
      productStages(services.product, limits, () => remainingMs(), delayMs);
    const [first, restarted] = [stagesAt(0), stagesAt(RESTART_DELAY_MS)];
    const { seen, progress, watch } = watchRemovals();
    const calls = await dieAtEveryCall(services, {
      stride,
      async start() {
        await start(services);
        if (seed !== undefined) remainingMs = shortInvocations(seed);
        Object.assign(seen, { isSealed: false, tooEarly: [] });
      },
      work: (isRestart) => (isRestart ? restarted : first).archive(),
      async check(death) {
        const { ledger, ...end } = await look(services.bystander);
        // Of whichever run has made it, the plan says all that depends on the time.
        const same = expected.find(({ plannedAt }) => plannedAt === end.plannedAt);
        expect({ ...end, ledger: withoutDelay(ledger) }, death).toEqual(same);
        expect(seen.tooEarly, death).toEqual([]);
      },
      watch,
    });
    expect(calls).toBeGreaterThan(atLeast);
    expect([...progress].sort()).toEqual(interrupted);
  },
  300_000,
);

test.each([1, 2, 3])(
  'with every fifth call answered by "not now", it ends the same (seed %i)',
  async (seed) => {
    const { seen, watch } = watchRemovals();
    const refused = await workOnBusyServices(TABLES, seed, {
      start,
      watch,
      work: ({ product }) => productStages(product, LIMITS).archive(),
      async check(busy) {
        expect(await look(busy.bystander)).toEqual(undisturbed);
        expect(seen).toEqual({ isSealed: true, tooEarly: [] });
      },
    });
    expect(refused).toBeGreaterThan(10);
  },
);

test('with any one call answered by 503, it ends the same', async () => {
  const calls = await refuseEveryCall(TABLES, {
    start,
    work: ({ product }) => productStages(product, LIMITS).archive(),
    async check(busy, refusal) {
      expect(await look(busy.bystander), refusal).toEqual(undisturbed);
    },
  });
  expect(calls).toBeGreaterThan(80);
}, 300_000);
