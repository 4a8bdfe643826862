import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkpointsBucket } from '../../lambdas/adapters/checkpoints-bucket.ts';
import type { CheckpointArchive } from '../../lambdas/checkpoint/ports.ts';
import { type S3Harness, startS3Harness } from '../support/s3-harness.ts';

let s3: S3Harness;
let bucket: string;
let runs = 0;
let checkpoints: CheckpointArchive;
beforeAll(async () => {
  s3 = await startS3Harness();
});
afterAll(() => s3.close());
beforeEach(() => {
  runs += 1;
  bucket = `evidence-${runs}`;
  s3.service.createBucket(bucket, { versioned: true });
  checkpoints = checkpointsBucket(s3.client, bucket);
});

const keyOf = (number: number) => `checkpoints/0000000${number}.jws`;
const hide = (number: number) =>
  s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(number) }));

test('there is none at first', async () => {
  expect(await checkpoints.read()).toEqual({ last: undefined, tampered: [] });
});

test('the last one is the highest number, and each is written once', async () => {
  for (const number of [1, 2, 3])
    expect(await checkpoints.writeOnce(number, `jws ${number}`)).toBe(true);
  expect(await checkpoints.writeOnce(3, 'another')).toBe(false);
  expect(await checkpoints.read()).toEqual({ last: { number: 3, jws: 'jws 3' }, tampered: [] });
});

test('what is no checkpoint is none', async () => {
  await checkpoints.writeOnce(1, 'jws 1');
  await s3.client.send(
    new PutObjectCommand({ Bucket: bucket, Key: 'checkpoints/99.jws', Body: 'x' }),
  );
  expect(await checkpoints.read()).toEqual({ last: { number: 1, jws: 'jws 1' }, tampered: [] });
});

describe('a delete marker', () => {
  test('hides no checkpoint: its number is not given out again', async () => {
    for (const number of [1, 2, 3]) await checkpoints.writeOnce(number, `jws ${number}`);
    await hide(2);
    await hide(3);
    expect(await checkpoints.read()).toEqual({
      last: { number: 3, jws: 'jws 3' },
      tampered: [keyOf(2), keyOf(3)],
    });
  });

  test('that another checkpoint was written over hides the first neither', async () => {
    await checkpoints.writeOnce(1, 'jws 1');
    await hide(1);
    // S3 takes what a marker hides for absent.
    expect(await checkpoints.writeOnce(1, 'rewritten')).toBe(true);
    expect(await checkpoints.read()).toEqual({
      last: { number: 1, jws: 'jws 1' },
      tampered: [keyOf(1)],
    });
  });

  test('under a checkpoint that is still to come is found before it', async () => {
    await checkpoints.writeOnce(1, 'jws 1');
    await hide(2);
    expect(await checkpoints.read()).toEqual({
      last: { number: 1, jws: 'jws 1' },
      tampered: [keyOf(2)],
    });
  });
});

test('a second version is not read in the place of the first', async () => {
  await checkpoints.writeOnce(1, 'jws 1');
  for (const Body of ['second', 'third'])
    await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: keyOf(1), Body }));
  expect(await checkpoints.read()).toEqual({
    last: { number: 1, jws: 'jws 1' },
    tampered: [keyOf(1)],
  });
});
