import { describe, expect, test } from 'vitest';
import type { ProjectionBasis } from '../../bench/measurement.ts';
import {
  type Projection,
  type ProjectionOptions,
  projectArchive,
  projectCopying,
} from '../../bench/projection.ts';

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
  const projected = projectArchive([{ objects: 10_000_000, objectBytes: 20 * KB }], BASIS, OPTIONS);

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
  const projected = projectArchive([{ objects: 1000, objectBytes: 5 * GB }], BASIS, OPTIONS);

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
    const copying = projectCopying([{ objects: 1000, objectBytes: 5 * GB }], OPTIONS);
    expect(copying.hoursAtLeast).toBeCloseTo(320 / 3600, 9);
    expect([copying.packerSeconds, copying.dollars.compute]).toEqual([0, 0]);
  });

  test('of a single document takes as long as its copy', () => {
    const one = projectArchive([{ objects: 1, objectBytes: 5 * GB }], BASIS, OPTIONS);
    expect(one.packerSeconds).toBeCloseTo(51.2, 6);
    expect(one.hoursAtLeast).toBeCloseTo(51.2 / 3600, 9);
  });

  test('is kept for little more than its bytes cost', () => {
    // 5,000 GiB at $0.00099 for twelve months, and 1,000 times 40 KiB of overhead.
    expect(projected.dollars.storage).toBeCloseTo(59.4 + 0.0025, 3);
  });
});

test('each object that is copied by itself pays for a write to the archive and for its overhead', () => {
  const copying = projectCopying([{ objects: 10_000_000, objectBytes: 20 * KB }], OPTIONS);
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
    projectArchive([size], BASIS, { ...OPTIONS, retentionDays }).dollars.storage;
  expect(storage(30)).toBeCloseTo(storage(180), 3);
  expect(storage(360)).toBeCloseTo(2 * storage(180), 3);
});

describe('a plane of objects that are copied by parts', () => {
  const plane = [{ objects: 200, objectBytes: 6 * GB }];
  const projected = projectArchive(plane, BASIS, OPTIONS);

  test('has requests that are derived: of each a head, a read, an upload of 12 parts, and a look at what came of it', () => {
    expect(projected.derivedRequests).toBe(200 * (1 + 1 + 1 + 12 + 1 + 1));
    // Three of them are a shard of 20 GB, so there are 67: small files 3 + 67 x 2.
    expect(projected.requests).toEqual({
      get: 200 * 3 + 137,
      // Listings of the plane 2 + 1, of the bag 1.
      put: 200 * (1 + 12) + 137 + 3 + 1,
      'archive-put': 200,
      free: 67 + 1,
    });
  });

  test('is read at the rate of a network, which takes longer than the copies', () => {
    // 6 GiB at 75 MB/s (10^6) are 85.9 s.
    expect(projected.packerSeconds).toBeCloseTo((200 * 6 * GB) / 75e6, 6);
    expect(projected.hoursAtLeast).toBeCloseTo(projected.packerSeconds / 40 / 3600, 9);
  });

  test('needs parts as well when each is copied by itself, though two of 5 GB at the most would do', () => {
    const copying = projectCopying(plane, OPTIONS);
    expect(copying.requests).toEqual({
      get: 200,
      put: 2 + 200 * (1 + 2),
      'archive-put': 200,
      free: 2,
    });
    // Both parts at once, 160 objects at once.
    expect(copying.hoursAtLeast).toBeCloseTo((200 * 30.72) / 160 / 3600, 9);
  });
});

test('5 GB are copied whole', () => {
  const { derivedRequests } = projectArchive([{ objects: 1, objectBytes: 5 * GB }], BASIS, OPTIONS);
  expect(derivedRequests).toBe(0);
});

test('what the product refuses is not projected', () => {
  const one = (objectBytes: number) =>
    projectArchive([{ objects: 1, objectBytes }], BASIS, OPTIONS);
  expect(one(50 * GB).derivedRequests).toBe(105);
  expect(() => one(50 * GB + 1)).toThrow('this product archives no objects above 50 GB');
});

describe('a plane of several sizes', () => {
  const small = { objects: 10_000_000, objectBytes: 20 * KB };
  const large = { objects: 1000, objectBytes: 5 * GB };
  const huge = { objects: 200, objectBytes: 6 * GB };
  const [mixed, ...apart] = [[small, large, huge], [small], [large], [huge]].map((plane) =>
    projectArchive(plane, BASIS, OPTIONS),
  );
  const sum = (of: (projection: Projection) => number) =>
    apart.reduce((total, projection) => total + of(projection), 0);

  test('has the requests of each, and those of the plan once', () => {
    // A plan reads 3 files.
    expect(mixed?.requests.get).toBe(sum(({ requests }) => requests.get) - 2 * 3);
    expect(mixed?.requests['archive-put']).toBe(sum(({ requests }) => requests['archive-put']));
    expect(mixed?.derivedRequests).toBe(apart.at(-1)?.derivedRequests);
  });

  test('has the transitions of one workflow, and of the shards of each', () => {
    expect(mixed?.transitions).toBe(28 + 2000 + 250 + 67);
  });

  test('costs what they cost together, but for the workflow', () => {
    expect(mixed?.dollars.storage).toBeCloseTo(
      sum(({ dollars }) => dollars.storage),
      3,
    );
    expect(mixed?.packerSeconds).toBeCloseTo(
      sum(({ packerSeconds }) => packerSeconds),
      6,
    );
  });

  test('is copied object by object for as much as each of them', () => {
    expect(projectCopying([small, large], OPTIONS).requests).toEqual({
      get: 10_001_000,
      put: 20_002,
      'archive-put': 10_001_000,
      free: 20_002,
    });
  });
});

test('a single object that is copied by itself takes as long as its copy', () => {
  const { hoursAtLeast } = projectCopying([{ objects: 1, objectBytes: 5 * GB }], OPTIONS);
  expect(hoursAtLeast).toBeCloseTo(51.2 / 3600, 9);
});
