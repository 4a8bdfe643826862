import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readContent } from '../../../lambdas/archive/read-content.ts';
import { documentClient } from '../../../lambdas/stores/document-client.ts';
import { s3RecordReader } from '../../../lambdas/stores/s3-record-reader.ts';

const CONTENT = Buffer.alloc(200_000, 'content');
let replies = 0;
let stalling = 0;
/** Answers with a beginning and nothing more, so often; then with all of it. */
const server = createServer((_request, response) => {
  replies += 1;
  response.writeHead(200, { etag: '"e"', 'content-length': CONTENT.length });
  if (replies <= stalling) response.write(CONTENT.subarray(0, 1000));
  else response.end(CONTENT);
});
beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test.each([
  ['is asked for again', 2, 'read'],
  ['fails in the end', 9, 'TimeoutError'],
])('a reply that stops half-way %s', async (_, times, outcome) => {
  [replies, stalling] = [0, times];
  const { port } = server.address() as AddressInfo;
  const client = documentClient(
    {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-central-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    },
    100,
  );
  const reader = s3RecordReader(client, {
    kind: 's3-prefix',
    bucket: 'documents',
    prefix: 'kp-1/',
  });
  const read = Buffer.alloc(CONTENT.length);
  const record = {
    kind: 'object',
    key: 'kp-1/document',
    versionId: 'v1',
    isLatest: true,
    etag: '"e"',
    size: CONTENT.length,
    lastModified: '2026-11-01T00:00:00.000Z',
    storageClass: 'STANDARD',
  } as const;
  const reading = readContent(reader, record, (bytes, offset) => read.set(bytes, offset));
  expect(
    await reading.then(
      () => 'read',
      ({ name }: Error) => name,
    ),
  ).toBe(outcome);
  expect(read.equals(CONTENT)).toBe(outcome === 'read');
  expect(replies).toBe(3);
  client.destroy();
});
