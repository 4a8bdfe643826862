import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { AccessDenied, type Caller } from '../../local/aws-service.ts';
import { closeServer, listenOnLoopback } from '../../local/loopback-server.ts';
import { createS3Service, type S3Service } from '../../local/s3/s3-service.ts';

/** One question to `Caller.authorise`, written as `s3:GetObject arn:aws:s3:::bucket/key {"s3:prefix":"a/"}`. */
export type AskedPermission = string;

export interface S3Harness {
  readonly client: S3Client;
  readonly service: S3Service;
  readonly url: string;
  /** What has been asked for since the last call of this. */
  takeAsked(): readonly AskedPermission[];
  /** From now on refuses what matches; without a pattern nothing. */
  deny(pattern?: RegExp): void;
  advanceHours(hours: number): void;
  /** Number of body files on disk. */
  countFiles(): Promise<number>;
  close(): Promise<void>;
}

/** The embedded S3 behind an HTTP server of its own, with a clock that only the test moves. */
export async function startS3Harness(
  options: { minimumPartBytes?: number; restoreDelayMs?: number } = {},
): Promise<S3Harness> {
  const directory = await mkdtemp(join(tmpdir(), 's3-test-'));
  let now = new Date('2027-03-01T10:00:00.000Z');
  const service = createS3Service({ now: () => now, directory, ...options });
  let asked: AskedPermission[] = [];
  let denied: RegExp | undefined;
  const caller: Caller = {
    accessKeyId: 'tester',
    arn: 'arn:aws:iam::111122223333:user/tester',
    authorise(action, resource, context) {
      const question = [action, resource, ...(context ? [JSON.stringify(context)] : [])].join(' ');
      asked.push(question);
      if (denied?.test(question)) throw new AccessDenied(this.arn, action, resource);
    },
  };
  const server = createServer((request, response) => {
    service.handle(request, response, caller).catch((error: unknown) => {
      if (request.socket.destroyed) return;
      response.writeHead(500).end(String(error));
    });
  });
  const url = await listenOnLoopback(server, 0);
  const client = new S3Client({
    endpoint: url,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'tester', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  return {
    client,
    service,
    url,
    takeAsked() {
      const taken = asked;
      asked = [];
      return taken;
    },
    deny(pattern) {
      denied = pattern;
    },
    advanceHours(hours) {
      now = new Date(now.getTime() + hours * 3_600_000);
    },
    async countFiles() {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).length;
    },
    async close() {
      client.destroy();
      await closeServer(server);
      await service.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
