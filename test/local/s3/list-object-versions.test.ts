import {
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addVersion, createBucketState, removeVersion } from '../../../local/s3/bucket.ts';
import { listVersions, type VersionListItem } from '../../../local/s3/list-versions.ts';
import { idOf } from '../../../local/s3/object-version.ts';
import { type S3Harness, startS3Harness } from '../../support/s3-harness.ts';

/** The versions of a bucket as one flat list, oldest first: all that a listing may know. */
interface ModelVersion {
  readonly key: string;
  readonly versionId: string;
}

function compareBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** The whole listing in one go, as its definition says it. */
function modelListing(
  model: readonly ModelVersion[],
  prefix: string,
  delimiter: string,
): readonly string[] {
  const newestFirst = model.toReversed().filter((version) => version.key.startsWith(prefix));
  const ordered = newestFirst.toSorted((left, right) => compareBytes(left.key, right.key));
  const lines = ordered.map(({ key, versionId }) => {
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (at !== -1) return `prefix ${key.slice(0, at + delimiter.length)}`;
    const isLatest = newestFirst.find((version) => version.key === key)?.versionId === versionId;
    return `${key} ${versionId}${isLatest ? ' latest' : ''}`;
  });
  return [...new Set(lines)];
}

function lineOf(item: VersionListItem): string {
  if (item.commonPrefix !== undefined) return `prefix ${item.commonPrefix}`;
  return `${item.key} ${idOf(item.version)}${item.isLatest ? ' latest' : ''}`;
}

const keys = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 4 }),
  },
  { weight: 1, arbitrary: fc.constantFrom('😀', 'ｱ', 'a/😀', 'a/ｱ', 'a//', '/') },
);
const writes = fc.array(
  fc.record({
    key: keys,
    what: fc.constantFrom(
      'put',
      'put',
      'put',
      'mark',
      'remove newest',
      'remove oldest',
      'suspend',
      'enable',
    ),
  }),
  { maxLength: 60 },
);

describe('listVersions', () => {
  test('pages are the naive listing cut into pieces, whatever was written and removed', () => {
    fc.assert(
      fc.property(
        writes,
        fc.constantFrom('', 'a', 'a/', '/', 'b/a'),
        fc.constantFrom('', '/', 'b', '//', 'a/'),
        fc.integer({ min: 1, max: 7 }),
        (history, prefix, delimiter, pageSize) => {
          const { bucket, model } = replay(history);
          const lines: string[] = [];
          let marker: { keyMarker: string; versionIdMarker?: string } | undefined = {
            keyMarker: '',
          };
          while (marker !== undefined) {
            const page = listVersions(bucket, {
              prefix,
              delimiter,
              keyMarker: marker.keyMarker,
              versionIdMarker: marker.versionIdMarker,
              pageSize,
            });
            if (page.next !== undefined) expect(page.items).toHaveLength(pageSize);
            lines.push(...page.items.map(lineOf));
            marker = page.next;
          }
          expect(lines).toEqual(modelListing(model, prefix, delimiter));
        },
      ),
      { numRuns: 2000, seed: 11 },
    );
  });

  test('a page after a deleted page goes on where it would have', () => {
    fc.assert(
      fc.property(writes, fc.integer({ min: 1, max: 7 }), (history, pageSize) => {
        const { bucket, model } = replay(history.filter((write) => write.what !== 'suspend'));
        const expected = modelListing(model, '', '').map((line) => line.replace(' latest', ''));
        const removed: string[] = [];
        let marker: { keyMarker: string; versionIdMarker?: string } | undefined = { keyMarker: '' };
        while (marker !== undefined) {
          const page = listVersions(bucket, {
            prefix: '',
            delimiter: '',
            keyMarker: marker.keyMarker,
            versionIdMarker: marker.versionIdMarker,
            pageSize,
          });
          for (const item of page.items) {
            if (item.commonPrefix !== undefined) continue;
            removed.push(`${item.key} ${idOf(item.version)}`);
            removeVersion(bucket, item.key, item.version);
          }
          marker = page.next;
        }
        expect(removed).toEqual(expected);
        expect(bucket.keys.size).toBe(0);
      }),
      { numRuns: 1000, seed: 12 },
    );
  });
});

function replay(history: readonly { key: string; what: string }[]) {
  const bucket = createBucketState('model', new Date(0), { versioned: true });
  let model: ModelVersion[] = [];
  let sequence = 0;
  for (const { key, what } of history) {
    if (what === 'suspend' || what === 'enable') {
      bucket.versioning = what === 'enable' ? 'Enabled' : 'Suspended';
    } else if (what.startsWith('remove')) {
      const versions = bucket.keys.get(key) ?? [];
      const doomed = what === 'remove newest' ? versions.at(-1) : versions[0];
      if (doomed === undefined) continue;
      removeVersion(bucket, key, doomed);
      const doomedId = idOf(doomed);
      model = model.filter((version) => version.key !== key || version.versionId !== doomedId);
    } else {
      sequence += 1;
      const { version } = addVersion(bucket, key, {
        sequence,
        at: new Date(0),
        content: undefined,
      });
      const versionId = idOf(version);
      model = model.filter((other) => other.key !== key || other.versionId !== versionId);
      model.push({ key, versionId });
    }
  }
  return { bucket, model };
}

describe('ListObjectVersions', () => {
  const Bucket = 'listed-versions';
  let s3: S3Harness;
  beforeAll(async () => {
    s3 = await startS3Harness();
    s3.service.createBucket(Bucket, { versioned: true });
  });
  afterAll(() => s3.close());

  const put = async (Key: string, Body = 'x') =>
    (await s3.client.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId;
  const list = (more: Partial<ListObjectVersionsCommandInput> = {}) =>
    s3.client.send(new ListObjectVersionsCommand({ Bucket, ...more }));

  test('says everything about versions and delete markers, newest first', async () => {
    const first = await put('kp-1/a', 'one');
    const second = await put('kp-1/a', 'three');
    const marker = await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'kp-1/a' }));
    const other = await put('kp-10/a');
    const listed = await list({ Prefix: 'kp-1/' });
    expect(listed.IsTruncated).toBe(false);
    expect(listed.DeleteMarkers).toMatchObject([
      { Key: 'kp-1/a', VersionId: marker.VersionId, IsLatest: true },
    ]);
    expect(listed.Versions).toMatchObject([
      {
        Key: 'kp-1/a',
        VersionId: second,
        IsLatest: false,
        Size: 5,
        ETag: '"35d6d33467aae9a2e3dccb4b6b027878"',
        StorageClass: 'STANDARD',
        ChecksumAlgorithm: ['CRC32'],
        ChecksumType: 'FULL_OBJECT',
        LastModified: new Date('2027-03-01T10:00:00.000Z'),
      },
      { Key: 'kp-1/a', VersionId: first, IsLatest: false, Size: 3 },
    ]);
    expect((await list({ Prefix: 'kp-10/' })).Versions).toMatchObject([{ VersionId: other }]);
  });

  test('pages inside a key and rolls up groups', async () => {
    const ids: (string | undefined)[] = [];
    for (let count = 0; count < 3; count += 1) ids.unshift(await put('pages/a/deep'));
    await put('pages/b');
    const first = await list({ Prefix: 'pages/', MaxKeys: 2 });
    expect(first).toMatchObject({
      IsTruncated: true,
      NextKeyMarker: 'pages/a/deep',
      NextVersionIdMarker: ids[1],
    });
    const second = await list({
      Prefix: 'pages/',
      KeyMarker: first.NextKeyMarker,
      VersionIdMarker: first.NextVersionIdMarker,
    });
    expect(second.Versions?.map((version) => version.VersionId)).toEqual([
      ids[2],
      expect.any(String),
    ]);

    const grouped = await list({ Prefix: 'pages/', Delimiter: '/', MaxKeys: 1 });
    expect(grouped).toMatchObject({
      CommonPrefixes: [{ Prefix: 'pages/a/' }],
      NextKeyMarker: 'pages/a/',
    });
    expect(grouped.NextVersionIdMarker).toBeUndefined();
    const rest = await list({ Prefix: 'pages/', Delimiter: '/', KeyMarker: grouped.NextKeyMarker });
    expect(rest.CommonPrefixes).toBeUndefined();
    expect(rest.Versions).toMatchObject([{ Key: 'pages/b' }]);
  });

  test('gives 1,000 a page at most', async () => {
    const many = 'many-versions';
    s3.service.createBucket(many, { versioned: true });
    for (let batch = 0; batch < 21; batch += 1) {
      await Promise.all(
        Array.from({ length: 50 }, () =>
          s3.client.send(new PutObjectCommand({ Bucket: many, Key: `key-${batch}`, Body: 'x' })),
        ),
      );
    }
    const page = await s3.client.send(
      new ListObjectVersionsCommand({ Bucket: many, MaxKeys: 5000 }),
    );
    expect(page.Versions).toHaveLength(1000);
    expect(page).toMatchObject({ IsTruncated: true, MaxKeys: 1000, NextKeyMarker: 'key-8' });
  });

  test('refuses markers that are none', async () => {
    await expect(list({ KeyMarker: 'a', VersionIdMarker: 'nonsense' })).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
    await expect(list({ VersionIdMarker: 'null' })).rejects.toMatchObject({
      name: 'InvalidArgument',
    });
  });

  test('keeps one null version beside those of the versioned time', async () => {
    const mixed = { Bucket: 'mixed-versions', Key: 'a' };
    const status = (Status: 'Enabled' | 'Suspended') =>
      s3.client.send(
        new PutBucketVersioningCommand({
          Bucket: mixed.Bucket,
          VersioningConfiguration: { Status },
        }),
      );
    s3.service.createBucket(mixed.Bucket, { versioned: false });
    await s3.client.send(new PutObjectCommand({ ...mixed, Body: 'before' }));
    await status('Enabled');
    const versioned = await s3.client.send(new PutObjectCommand({ ...mixed, Body: 'versioned' }));
    await status('Suspended');
    const suspended = await s3.client.send(new PutObjectCommand({ ...mixed, Body: 'suspended' }));
    expect(suspended.VersionId).toBe('null');
    const listed = await s3.client.send(new ListObjectVersionsCommand({ Bucket: mixed.Bucket }));
    expect(listed.Versions?.map(({ VersionId, Size }) => [VersionId, Size])).toEqual([
      ['null', 9],
      [versioned.VersionId, 9],
    ]);
    const marker = await s3.client.send(new DeleteObjectCommand(mixed));
    expect(marker).toMatchObject({ VersionId: 'null', DeleteMarker: true });
    const after = await s3.client.send(new ListObjectVersionsCommand({ Bucket: mixed.Bucket }));
    expect(after.Versions?.map((version) => version.VersionId)).toEqual([versioned.VersionId]);
    expect(after.DeleteMarkers?.map((version) => version.VersionId)).toEqual(['null']);
  });
});
