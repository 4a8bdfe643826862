import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { sealCopiedPlane } from '../../support/copied-plane.ts';

test('the manifest of a plane is sealed as it is, in one part or in many', async () => {
  const whole = await sealCopiedPlane({ shards: 40, documentsPerShard: 3 });
  const parts = await sealCopiedPlane({ shards: 40, documentsPerShard: 3, partBytes: 1000 });
  expect(parts.result).toEqual(whole.result);
  expect(parts.written).toEqual(whole.written);

  const manifest = whole.written.get('manifest-sha256.txt') ?? Buffer.alloc(0);
  const lines = manifest.toString().trimEnd().split('\n');
  expect(lines).toHaveLength(120);
  const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
  const first = 'data/shard-00001/object-000001';
  expect(lines[0]).toBe(`${sha256(first)}  ${first}`);
  expect(whole.result).toMatchObject({
    status: 'success',
    data: {
      manifestHash: sha256(manifest),
      tagManifestHash: sha256(whole.written.get('tagmanifest-sha256.txt') ?? ''),
      payloadCount: 120,
      // Beside the payloads 40 parts of the index and five tag files.
      fileCount: 165,
      archiveSizeBytes:
        160 * 8 * 1024 ** 2 +
        [...whole.written.values()].reduce((sum, { length }) => sum + length, 0),
    },
  });
  expect([...whole.written.keys()].sort()).toEqual([
    'bag-info.txt',
    'bagit.txt',
    'manifest-sha256.txt',
    'plane.json',
    'tagmanifest-sha256.txt',
  ]);
});

test('a manifest is sorted by path where shards have a digit more, too', async () => {
  const { written } = await sealCopiedPlane({
    shards: 4,
    documentsPerShard: 2,
    firstShard: 99_998,
  });
  const lines = written.get('manifest-sha256.txt')?.toString().trimEnd().split('\n') ?? [];
  expect(lines.map((line) => line.slice(66))).toEqual([
    'data/shard-100000/object-000001',
    'data/shard-100000/object-000002',
    'data/shard-100001/object-000001',
    'data/shard-100001/object-000002',
    'data/shard-99998/object-000001',
    'data/shard-99998/object-000002',
    'data/shard-99999/object-000001',
    'data/shard-99999/object-000002',
  ]);
});

test('memory does not grow with the number of copied documents', async () => {
  // Their reports together need more than that.
  const worker = new Worker(join(import.meta.dirname, '../../support/seal-in-little-memory.ts'), {
    workerData: { shards: 50, documentsPerShard: 2000 },
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  });
  const [message] = await once(worker, 'message');
  expect(message).toMatch(/^100000 object\(s\) sealed in 100000 payload\(s\)/);
}, 60_000);
