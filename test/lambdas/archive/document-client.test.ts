import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readContent } from '../../../lambdas/archive/read-content.ts';
import type { ObjectVersion } from '../../../lambdas/core/store-record.ts';
import { inParallel } from '../../../lambdas/stores/in-parallel.ts';
import { readerFor } from '../../../lambdas/stores/record-reader.ts';
import { createS3PrefixStore } from '../../../lambdas/stores/s3-prefix.ts';
import { type FaultyServices, startFaultyServices } from '../../support/faulty-services.ts';
import { IMPATIENT } from '../../support/work-on-busy-services.ts';

const DOCUMENTS = 60;
const BUCKETS = ['one', 'other'];

let services: FaultyServices;
beforeAll(async () => {
  services = await startFaultyServices({}, IMPATIENT);
  await services.reset({ one: { versioned: true }, other: { versioned: true } });
  for (const bucket of BUCKETS)
    for (let number = 1; number <= DOCUMENTS; number += 1)
      await services.bystander.s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: `kp-1/${number}`,
          Body: `${bucket} ${number}`,
          Metadata: { number: `${bucket}-${number}` },
        }),
      );
});
afterAll(() => services.close());

test('of requests under way together, some of them repeated, each gets its own document and its own properties', async () => {
  // Their first tries fail while others are under way, so that repeats and first tries mix.
  services.faults((_call, number) =>
    number % 5 === 0 ? { refuse: { status: 503, code: 'SlowDown' } } : 'proceed',
  );
  for (const bucket of BUCKETS) {
    const read = await readAll(bucket);
    expect(read).toHaveLength(DOCUMENTS);
    for (const { key, content, number } of read) {
      expect(content).toBe(`${bucket} ${key.slice('kp-1/'.length)}`);
      expect(number).toBe(content.replace(' ', '-'));
    }
  }
  expect(services.calls()).toBeGreaterThan(2 * DOCUMENTS);
});

async function readAll(bucket: string) {
  const store = { kind: 's3-prefix', bucket, prefix: 'kp-1/' } as const;
  const { documents, dynamodb } = services.product;
  const reader = readerFor({ s3: documents, dynamodb })(store);
  const records: ObjectVersion[] = [];
  for await (const page of createS3PrefixStore(services.bystander.s3, store).inventory())
    records.push(...page.filter((record) => record.kind === 'object'));
  return inParallel(records, 48, async (record) => {
    const content = Buffer.alloc(record.size);
    const properties = await readContent(reader, record, (bytes, offset) =>
      content.set(bytes, offset),
    );
    return {
      key: record.key,
      content: content.toString(),
      number: properties?.metadata?.number,
    };
  });
}
