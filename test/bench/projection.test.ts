import { describe, expect, test } from 'vitest';
import type { ProjectionBasis } from '../../bench/measurement.ts';
import { type ProjectionOptions, projectArchive, projectCopying } from '../../bench/projection.ts';

const KB = 1024;
const MB = 1024 ** 2;
const GB = 1024 ** 3;
const OPTIONS: ProjectionOptions = {
  retentionDays: 365,
  packConcurrency: 40,
  packerMemoryMb: 1769,
};

/** Round numbers: 3 small files of a plan, and 2 of each shard; 10 requests of a purge that are always needed. */
const BASIS: ProjectionBasis = {
  packed: [
    {
      objects: 1000,
      objectBytes: 20 * KB,
      requests: {
        'GetObject plane': 1000,
        'GetObject vault': 3 + 2,
        'PutObject vault': 3 + 2,
        'CreateMultipartUpload payload': 1,
        'UploadPart payload': 2,
        'CompleteMultipartUpload payload': 1,
        'ListObjectVersions plane': 2 + 1,
        'DeleteObjects plane': 1,
      },
      vault: { versions: 3 + 4, archivedBytes: 1000 * 20.5 * KB, standardBytes: 3000 + 500_000 },
    },
    {
      objects: 10_000,
      objectBytes: 20 * KB,
      requests: {
        'GetObject plane': 10_000,
        'GetObject vault': 3 + 4,
        'PutObject vault': 3 + 4,
        'CreateMultipartUpload payload': 2,
        'UploadPart payload': 14,
        'CompleteMultipartUpload payload': 2,
        'ListObjectVersions plane': 2 + 10,
        'DeleteObjects plane': 10,
      },
      vault: {
        versions: 3 + 8,
        archivedBytes: 10_000 * 20.5 * KB,
        standardBytes: 3000 + 5_000_000,
      },
    },
  ],
  copied: [
    {
      objects: 4,
      objectBytes: 256 * MB,
      requests: { 'CopyObject payload': 4, 'HeadObject payload': 4, 'GetObject vault': 99 },
      vault: { versions: 3 + 3 + 4, archivedBytes: 4 * 256 * MB, standardBytes: 3000 + 2000 },
    },
    {
      objects: 8,
      objectBytes: 256 * MB,
      requests: { 'CopyObject payload': 8, 'HeadObject payload': 8, 'GetObject vault': 99 },
      vault: { versions: 3 + 3 + 8, archivedBytes: 8 * 256 * MB, standardBytes: 3000 + 4000 },
    },
  ],
  purge: {
    versions: 100_000,
    requests: { 'ListObjectVersions vault': 100, 'DeleteObjects vault': 100 },
  },
  offboarding: {
    transitions: 30,
    shardTransitions: 2,
    shards: 2,
    ledgerWrites: 11,
    ledgerWriteUnits: 12,
    lambdaInvocations: 29,
  },
};

describe('a plane of small objects', () => {
  const projected = projectArchive({ objects: 10_000_000, objectBytes: 20 * KB }, BASIS, OPTIONS);

  test('has the requests of its objects, of its 2,000 shards, and the few that are fixed', () => {
    // Vault: 3 + 2 x 2,000. Bag: 3 + 4 x 2,000 versions are 8.003 pages, listed and deleted.
    expect(projected.requests).toEqual({
      get: 10_000_000 + 4003,
      put: 4003 + 2000 + 14_000 + 10_002 + 9,
      'archive-put': 2000,
      free: 10_000 + 9,
    });
    expect(projected.sequentialRequests).toBe(10_002 + 10_000 + 9 + 9);
  });

  test('has one transition a shard beside those of the workflow', () => {
    expect(projected.transitions).toBe(28 + 2000);
  });

  test('costs what AWS asks for them', () => {
    expect(projected.dollars.requests).toBeCloseTo(4.001_601_2 + 0.150_07 + 0.1, 6);
    expect(projected.dollars.workflow).toBeCloseTo(2028 * 0.000_025 + 0.000_007_5, 9);
    // 191 GiB through 35 MiB/s are 5,580 s of 1,769 MB.
    expect(projected.dollars.compute).toBeCloseTo(0.128_93, 4);
    expect(projected.totalDollars).toBeCloseTo(
      Object.values(projected.dollars).reduce((sum, part) => sum + part),
      12,
    );
  });

  test('takes at least as long as S3 needs to answer its reads', () => {
    expect(projected.hoursAtLeast).toBeCloseTo(10_004_003 / 5500 / 3600, 9);
  });
});

describe('a plane of large objects', () => {
  const projected = projectArchive({ objects: 1000, objectBytes: 5 * GB }, BASIS, OPTIONS);

  test('is copied, and only the small files of its 250 shards pass through a Lambda', () => {
    expect(projected.requests['archive-put']).toBe(1000);
    expect(projected.requests.get).toBe(1000 + 3 + 2 * 250);
  });

  test('is waited for by its packers, 51.2 seconds for the four documents of a shard', () => {
    expect(projected.packerSeconds).toBeCloseTo(12_800, 6);
    // 12,800 s of 1,769 MB, and 277 invocations.
    expect(projected.dollars.compute).toBeCloseTo(0.294_89, 5);
    // 40 packers at once.
    expect(projected.hoursAtLeast).toBeCloseTo(320 / 3600, 9);
  });

  test('takes no less when each is copied by itself, as many at once', () => {
    const copying = projectCopying({ objects: 1000, objectBytes: 5 * GB }, OPTIONS);
    expect(copying.hoursAtLeast).toBeCloseTo(320 / 3600, 9);
    expect([copying.packerSeconds, copying.dollars.compute]).toEqual([0, 0]);
  });

  test('of a single document takes as long as its copy', () => {
    const one = projectArchive({ objects: 1, objectBytes: 5 * GB }, BASIS, OPTIONS);
    expect(one.packerSeconds).toBeCloseTo(51.2, 6);
    expect(one.hoursAtLeast).toBeCloseTo(51.2 / 3600, 9);
  });

  test('is kept for little more than its bytes cost', () => {
    // 5,000 GiB at $0.00099 for twelve months, and 1,000 times 40 KiB of overhead.
    expect(projected.dollars.storage).toBeCloseTo(59.4 + 0.0025, 3);
  });
});

test('each object that is copied by itself pays for a write to the archive and for its overhead', () => {
  const copying = projectCopying({ objects: 10_000_000, objectBytes: 20 * KB }, OPTIONS);
  expect(copying.requests).toEqual({
    get: 10_000_000,
    put: 20_000,
    'archive-put': 10_000_000,
    free: 20_000,
  });
  expect(copying.dollars.requests).toBeCloseTo(504.1, 6);
  expect(copying.hoursAtLeast).toBeCloseTo(10_020_000 / 3500 / 3600, 9);
});

test('a retention shorter than the minimum of Deep Archive is charged as the minimum', () => {
  const size = { objects: 1000, objectBytes: 256 * MB };
  const storage = (retentionDays: number) =>
    projectArchive(size, BASIS, { ...OPTIONS, retentionDays }).dollars.storage;
  expect(storage(30)).toBeCloseTo(storage(180), 3);
  expect(storage(360)).toBeCloseTo(2 * storage(180), 3);
});

test('what no run measures is not projected', () => {
  expect(() => projectArchive({ objects: 1, objectBytes: 5 * GB + 1 }, BASIS, OPTIONS)).toThrow(
    'objects above 5 GB are copied by parts, which is not measured',
  );
});
