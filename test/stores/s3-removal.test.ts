import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type RetryLimits, STORE_RETRY } from '../../lambdas/stores/retry-transient.ts';
import { createS3PrefixStore } from '../../lambdas/stores/s3-prefix.ts';
import type { StoreRecord } from '../../lambdas/stores/store.ts';
import { intercept } from '../support/intercept.ts';
import { type S3Harness, startS3Harness } from '../support/s3-harness.ts';

/** As often, and a thousandth as long. */
const RETRY: RetryLimits = { ...STORE_RETRY, firstDelayMs: STORE_RETRY.firstDelayMs / 1000 };
let waits = 0;

let s3: S3Harness;
beforeEach(async () => {
  waits = 0;
  // What a wait is drawn with.
  vi.spyOn(Math, 'random').mockImplementation(() => {
    waits += 1;
    return 1;
  });
  s3 = await startS3Harness();
  s3.service.createBucket('documents', { versioned: true });
  for (const key of ['busy', 'idle'])
    await s3.client.send(
      new PutObjectCommand({ Bucket: 'documents', Key: `kp-1/${key}`, Body: key }),
    );
});
afterEach(async () => {
  vi.restoreAllMocks();
  await s3.close();
});

/** Has S3 refuse one key by name in so many of its replies, and delete the others. */
function slowDown(times: number): void {
  let refusals = 0;
  intercept(s3.client, 'DeleteObjectsCommand', async (send, input) => {
    const { Delete } = input as { Delete: { Objects: { Key: string; VersionId: string }[] } };
    if (refusals === times) return send();
    refusals += 1;
    const busy = Delete.Objects.filter(({ Key }) => Key === 'kp-1/busy');
    Delete.Objects = Delete.Objects.filter((object) => !busy.includes(object));
    const reply = Delete.Objects.length > 0 ? await send() : {};
    return { ...reply, $metadata: {}, Errors: busy.map((each) => ({ ...each, Code: 'SlowDown' })) };
  });
}

async function remove(mayGoOn?: () => Promise<boolean>) {
  const descriptor = { kind: 's3-prefix', bucket: 'documents', prefix: 'kp-1/' } as const;
  const store = createS3PrefixStore(s3.client, descriptor, RETRY);
  const records: StoreRecord[] = [];
  for await (const page of store.inventory()) records.push(...page);
  const report = await store.remove(records, {
    listedJustNow: true,
    ...(mayGoOn && { mayGoOn }),
  });
  return { ...report, there: (await store.measure()).count };
}

test('a key that S3 is too busy to delete is asked for again for half a minute, less and less often', async () => {
  slowDown(7);
  expect(await remove()).toMatchObject({ removed: 2, failed: [], there: 0 });
  expect(waits).toBe(7);
  expect(STORE_RETRY.firstDelayMs * (2 ** 7 - 1)).toBe(31_750);
});

test('after half a minute it is reported under what S3 said', async () => {
  slowDown(8);
  expect(await remove()).toMatchObject({
    removed: 1,
    failed: [{ record: { key: 'kp-1/busy' }, code: 'SlowDown' }],
    there: 1,
  });
});

test('whoever says no during a wait has nothing more sent', async () => {
  slowDown(7);
  expect(await remove(async () => waits < 3)).toMatchObject({
    removed: 1,
    failed: [],
    left: [{ key: 'kp-1/busy' }],
    there: 1,
  });
  expect(waits).toBe(3);
});
