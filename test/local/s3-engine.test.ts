import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeServer, listenOnLoopback } from '../../local/loopback-server.ts';
import { forwardToS3, type S3Engine } from '../../local/s3-engine.ts';
import { serve } from './serve.ts';

const seen: { line: string; authorization: string; contentSha256: string; body: string }[] = [];
const engine = createServer((request, response) => {
  void text(request).then((body) => {
    seen.push({
      line: `${request.method} ${request.url}`,
      authorization: request.headers.authorization ?? '',
      contentSha256: String(request.headers['x-amz-content-sha256']),
      body,
    });
    response.writeHead(200, { etag: '"e"' });
    response.end(request.url?.includes('versions') ? '<ListVersionsResult/>' : 'content');
  });
});
let forward: S3Engine;
let front: Awaited<ReturnType<typeof serve>>;
let client: S3Client;

beforeAll(async () => {
  forward = forwardToS3(await listenOnLoopback(engine, 0));
  front = await serve(forward);
  client = new S3Client(front.config);
});
afterAll(async () => {
  await front.close();
  await closeServer(engine);
});

it('hands calls on as they come, signed by this process', async () => {
  await client.send(
    new PutObjectCommand({ Bucket: 'b', Key: 'guides/../ümläut & space.md', Body: 'text' }),
  );
  const { Body, ETag } = await client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
  expect([await Body?.transformToString(), ETag]).toEqual(['content', '"e"']);
  await client.send(new ListObjectVersionsCommand({ Bucket: 'b', Prefix: 'kp-1/' }));
  expect(seen.map(({ line }) => line)).toEqual([
    'PUT /b/guides/../%C3%BCml%C3%A4ut%20%26%20space.md?x-id=PutObject',
    'GET /b/k?x-id=GetObject',
    'GET /b/?prefix=kp-1%2F&versions=',
  ]);
  expect(seen[0]?.body).toBe('text');
  for (const { authorization } of seen) {
    expect(authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=[^/]+\/\d{8}\/[\w-]+\/s3\//);
    expect(authorization).not.toContain('Credential=tester/');
  }
});

it('creates buckets through the API of the engine', async () => {
  seen.length = 0;
  await forward.createBucket('vault', { versioned: true });
  expect(seen.map(({ line }) => line)).toEqual(['PUT /vault/', 'PUT /vault/?versioning=']);
  expect(seen[1]?.body).toContain('<Status>Enabled</Status>');
});
