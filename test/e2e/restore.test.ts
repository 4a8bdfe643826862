import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHUNKS_TABLE, DOCUMENTS_BUCKET } from '../../local/demo/sample-plane.ts';
import { type RestorePorts, restore } from '../../restore/restore.ts';
import { startWorld, type World, type WorldPlane } from '../support/offboarding-world.ts';

const MAIN = fileURLToPath(new URL('../../restore/main.ts', import.meta.url));

let world: World;
let folder: string;
beforeAll(async () => {
  world = await startWorld();
  folder = await mkdtemp(join(tmpdir(), 'restore-e2e-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

/** The command as an operator runs it: another process, which knows the cloud by its environment only. */
function run(
  ...argv: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [MAIN, ...argv],
      {
        env: {
          AWS_ENDPOINT_URL: world.cloud.endpointUrl,
          AWS_REGION: 'us-east-1',
          AWS_ACCESS_KEY_ID: 'operator',
          AWS_SECRET_ACCESS_KEY: 'local',
          LEDGER_TABLE: world.cloud.physicalName('AWS::DynamoDB::', 'Ledger'),
        },
      },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

async function chunksOf({ sample }: WorldPlane): Promise<readonly unknown[]> {
  const chunks = [];
  const client = new DynamoDBClient(world.cloud.clientConfig('tenant'));
  const query = {
    TableName: CHUNKS_TABLE,
    KeyConditionExpression: 'plane = :plane',
    ExpressionAttributeValues: { ':plane': { S: sample.partition } },
  };
  for await (const page of paginateQuery({ client }, query))
    for (const { embedding, ...item } of page.Items ?? [])
      chunks.push({
        ...item,
        embedding: { B: Buffer.from(embedding?.B ?? []).toString('base64') },
      });
  return chunks;
}

/** A plane with two versions of one document and a deleted one, taken into the archive through the API. */
async function archivedPlane() {
  const plane = await world.plane();
  const s3 = new S3Client(world.cloud.clientConfig('tenant'));
  const object = (name: string) => ({ Bucket: DOCUMENTS_BUCKET, Key: plane.sample.prefix + name });
  await s3.send(new PutObjectCommand({ ...object('tar.md'), Body: 'a second version' }));
  await s3.send(new DeleteObjectCommand(object('guides/zip.md')));
  const chunks = await chunksOf(plane);
  await plane.start({ gracePeriodDays: 7, retentionDays: 30 });
  await world.cloud.clock.advanceBy({ days: 7 });
  expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
  expect(await chunksOf(plane)).toEqual([]);
  return { ...plane, chunks };
}

it('brings back what was archived through the API, once S3 has made it readable', async () => {
  const { planeId, sample, chunks } = await archivedPlane();
  const all = ['--plane', planeId, '--all', '--to', join(folder, 'all'), '--no-wait'];
  const asked = await run(...all);
  expect(asked.stderr).toContain('asked S3 for copies (Standard, kept for 7 days)');
  expect(asked).toMatchObject({ code: 3, stdout: '' });

  await world.cloud.clock.advanceBy({ seconds: 12 * 3600 });
  expect(await run(...all)).toMatchObject({ code: 0, stderr: '' });
  const index = (await readFile(join(folder, 'all', 'index.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const restored = await Promise.all(
    index.map(async ({ kind, key, isLatest, file, line }) => {
      if (kind === 'delete-marker') return [key, isLatest, null];
      const text = await readFile(join(folder, 'all', file), 'utf8');
      return kind === 'item'
        ? JSON.parse(text.split('\n')[line - 1] ?? '').Item
        : [key, isLatest, text];
    }),
  );
  const { prefix } = sample;
  expect(restored.slice(0, 5)).toEqual([
    [`${prefix}guides/zip.md`, true, null],
    [`${prefix}guides/zip.md`, false, '# Zip\n\nCompress many files into one.'],
    [`${prefix}guides/ümläut & space.md`, true, '# Names\n\nKeys may hold anything.'],
    [`${prefix}tar.md`, true, 'a second version'],
    [`${prefix}tar.md`, false, '# Tar\n\nStream a tar archive entry by entry.'],
  ]);
  expect(restored.slice(5)).toEqual(chunks);
  expect(chunks.length).toBe(3);
});

it('waits for one document, and names what is wrong with the call', async () => {
  const { planeId, sample } = await archivedPlane();
  const config = world.cloud.clientConfig('operator');
  let stdout = '';
  const ports: RestorePorts = {
    s3: new S3Client(config),
    dynamodb: new DynamoDBClient(config),
    now: world.cloud.clock.now,
    pause: (ms) => world.cloud.clock.advanceBy({ seconds: ms / 1000 }),
    freeBytes: async () => 1024 ** 3,
    environment: { LEDGER_TABLE: world.cloud.physicalName('AWS::DynamoDB::', 'Ledger') },
    stdout: (text) => {
      stdout += text;
    },
    stderr: () => undefined,
  };
  const key = `${sample.prefix}guides/ümläut & space.md`;
  const to = join(folder, 'one');
  expect(await restore(['--plane', planeId, '--document', key, '--to', to], ports)).toBe('done');
  expect(await readFile(stdout.trimEnd(), 'utf8')).toBe('# Names\n\nKeys may hold anything.');

  expect(await run('--plane', 'kp_nobody', '--all')).toEqual({
    code: 1,
    stdout: '',
    stderr: `restore: the ledger ${ports.environment.LEDGER_TABLE} knows no plane kp_nobody: the id is wrong, or it was never offboarded\n`,
  });
  expect(await run('--plane', planeId)).toMatchObject({ code: 2, stdout: '' });
});
