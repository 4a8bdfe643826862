import { CreateMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ArchiveWorld, startArchiveWorld } from '../../support/archive-world.ts';
import { OFFBOARDING_ID, PLANE_ID } from '../../support/builders.ts';
import { intercept } from '../../support/intercept.ts';

const ROOT = `planes/${PLANE_ID}/${OFFBOARDING_ID}/`;
const FIRST = `${ROOT}bag/data/shard-00001/objects.tar`;
const SECOND = `${ROOT}bag/data/shard-00002/objects.tar`;

/** Two shards of documents; the payload of the first one takes eight parts. */
let world: ArchiveWorld;
beforeEach(async () => {
  world = await startArchiveWorld({ versioned: false });
  for (let number = 1; number <= 7; number += 1)
    await world.put(`page-${number}.md`, `${number}`.repeat(10_000));
  await world.run('plan');
});
afterEach(() => world.close());

/** As crashes leave them. */
async function startUploads(...keys: readonly string[]): Promise<void> {
  for (const Key of keys)
    await world.s3.send(new CreateMultipartUploadCommand({ Bucket: 'vault', Key }));
}

/** Keys of the uploads in the vault that are neither completed nor aborted. */
async function uploadsLeft(): Promise<readonly (string | undefined)[]> {
  const { Uploads = [] } = await world.s3.send(
    new ListMultipartUploadsCommand({ Bucket: 'vault' }),
  );
  return Uploads.map(({ Key }) => Key);
}

test('a packer whose last document fails when parts have been sent leaves no upload', async () => {
  const [shard] = await world.shards();
  if (!shard) throw new Error('no shard');
  await world.put('page-6.md', 'changed');
  let parts = 0;
  intercept(world.s3, 'UploadPartCommand', (send) => {
    parts += 1;
    return send();
  });
  expect(await world.pack(shard)).toMatchObject({ errorCode: 'SOURCE_CHANGED' });
  expect(parts).toBeGreaterThan(1);
  expect(await uploadsLeft()).toEqual([]);
});

test('what a crashed packer left of an upload is aborted by the next one of its shard, and only that', async () => {
  await startUploads(FIRST, SECOND);
  const [shard] = await world.shards();
  if (!shard) throw new Error('no shard');
  expect(await world.pack(shard)).toMatchObject({ status: 'success' });
  expect(await uploadsLeft()).toEqual([SECOND]);
});

test('what crashed packers of a void plan left is aborted before the next plan is sealed', async () => {
  const neighbour = `planes/${PLANE_ID}/${OFFBOARDING_ID}0/bag/data/shard-00001/objects.tar`;
  await startUploads(SECOND, neighbour);
  await world.put('page-1.md', 'changed');
  expect(await world.archive()).toMatchObject({ errorCode: 'SOURCE_CHANGED' });
  expect(await world.archive()).toMatchObject({
    status: 'success',
    data: { archivePath: `s3://vault/${ROOT}plan-2/bag/` },
  });
  expect(await uploadsLeft()).toEqual([neighbour]);
});

test('what a crashed seal left of its manifest is aborted by the next one', async () => {
  await startUploads(`${ROOT}bag/manifest-sha256.txt`);
  expect(await world.archive()).toMatchObject({ status: 'success' });
  expect(await uploadsLeft()).toEqual([]);
});

test('a seal that misses a shard aborts nothing, because it has to be packed yet', async () => {
  await startUploads(FIRST);
  for (const shard of (await world.shards()).slice(1)) await world.pack(shard);
  expect(await world.run('seal')).toMatchObject({ errorCode: 'INTEGRITY_MISMATCH' });
  expect(await uploadsLeft()).toEqual([FIRST]);
});
