import { afterEach, expect, test } from 'vitest';
import { copyByPartsRequests } from '../../bench/copy-by-parts.ts';
import { type RequestKind, requestKind } from '../../bench/request-kind.ts';
import type { ArchiveLimits } from '../../lambdas/core/archive-limits.ts';
import { type ArchiveWorld, SMALL_LIMITS, startArchiveWorld } from '../support/archive-world.ts';

let world: ArchiveWorld;
afterEach(() => world.close());

interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Archives one document, and counts what S3 is asked about its contents. */
async function requestsOf(
  bytes: number,
  limits: ArchiveLimits,
): Promise<Record<RequestKind, number>> {
  world = await startArchiveWorld({ limits });
  await world.put('huge.bin', Buffer.alloc(bytes, 'huge'));
  const counts: Record<RequestKind, number> = {};
  world.s3.middlewareStack.add(
    (next) => (args) => {
      const { method, path, query } = args.request as SentRequest;
      const url = `${path}?${new URLSearchParams(query)}`;
      const kind = requestKind({ signingName: 's3', method, url }, 'vault');
      if (kind && /^(Get|Head)Object plane$| payload$/.test(kind))
        counts[kind] = (counts[kind] ?? 0) + 1;
      return next(args);
    },
    { step: 'finalizeRequest' },
  );
  expect(await world.archive()).toMatchObject({ status: 'success' });
  return counts;
}

// 150,000 bytes in parts of 32 KiB.
test('archiving an object by parts asks S3 for what projections count', async () => {
  const counted = await requestsOf(150_000, SMALL_LIMITS);
  expect(counted).toEqual(copyByPartsRequests(150_000, SMALL_LIMITS));
  expect(counted['UploadPartCopy payload']).toBe(5);
});

test('where that would be too many parts they are twice as large, and so they are counted', async () => {
  const limits = { ...SMALL_LIMITS, uploadParts: 4 };
  const counted = await requestsOf(150_000, limits);
  expect(counted).toEqual(copyByPartsRequests(150_000, limits));
  expect(counted['UploadPartCopy payload']).toBe(3);
});
