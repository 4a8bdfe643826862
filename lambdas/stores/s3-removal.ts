import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  type ObjectIdentifier,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectVersion } from '../core/store-record.ts';
import { askBeforeEach, type Permission } from './ask-before-each.ts';
import { inParallel } from './in-parallel.ts';
import { compareKeys, isUnfitForXml, markerBefore } from './listed-key.ts';
import { type RemovalTally, removalTally } from './removal-tally.ts';
import {
  backOff,
  isServiceError,
  isTransient,
  type RetryLimits,
  type ServiceError,
  wasRepeated,
} from './retry-transient.ts';
import { listVersions, type S3Record } from './s3-versions.ts';
import type { RemovalOptions, RemovalReport } from './store.ts';

const KEYS_PER_REQUEST = 1000; // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
const SINGLE_DELETES_AT_ONCE = 16;
const NOT_SENT = 'NotSent';
const ABSENT_CODES: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchVersion']);

/** Code of a failed removal: a legal hold or a retention of Object Lock protects the version. */
export const OBJECT_LOCKED = 'ObjectLocked';

interface Location {
  readonly bucket: string;
  readonly prefix: string;
}

/**
 * Removes exactly these versions. S3 answers "deleted" for what was never there, so each batch is listed first: that
 * tells removed from already absent, and shows what has been replaced under the same version id (`null`).
 *
 * A version id names its content for ever; `null` does not, so there the ETag is a condition of the delete as well.
 * S3 evaluates that condition against the current version only: `null` that is not current or is a delete marker, in a bucket
 * whose versioning is suspended, is protected by nothing but a listing right before its delete, whoever has listed it already.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
 */
export async function removeVersions(
  client: S3Client,
  location: Location,
  records: readonly S3Record[],
  { listedJustNow = false, mayGoOn, retry }: RemovalOptions & { readonly retry: RetryLimits },
): Promise<RemovalReport> {
  const tally = removalTally();
  const permission = askBeforeEach(mayGoOn);
  const deletion = { client, bucket: location.bucket, retry, tally, permission };
  for (let start = 0; start < records.length; start += KEYS_PER_REQUEST) {
    const batch = records.slice(start, start + KEYS_PER_REQUEST);
    if (permission.isOver()) {
      batch.forEach(tally.left);
      continue;
    }
    // Other content can take the place of `null` under its very id, and no condition would tell.
    const isKnown = (record: S3Record) =>
      listedJustNow && (record.versionId !== 'null' || isPinned(record));
    const doubtful = batch.filter((record) => !isKnown(record));
    const present = await stillPresent(client, location, doubtful, tally);
    await deleteAll(deletion, [...batch.filter(isKnown), ...present]);
  }
  return tally.report();
}

async function stillPresent(
  client: S3Client,
  location: Location,
  batch: readonly S3Record[],
  tally: RemovalTally,
): Promise<readonly S3Record[]> {
  const listed = await listAmong(client, location, batch);
  const present: S3Record[] = [];
  for (const record of batch) {
    const now = listed.get(identity(record));
    if (!now) tally.alreadyAbsent();
    else if (isSame(record, now)) present.push(now);
    else tally.changed(record);
  }
  return present;
}

async function listAmong(client: S3Client, location: Location, batch: readonly S3Record[]) {
  const wanted = new Set(batch.map(identity));
  const keys = batch.map(({ key }) => key).sort(compareKeys);
  const [first, last] = [keys[0], keys.at(-1)];
  const listed = new Map<string, S3Record>();
  if (first === undefined || last === undefined) return listed;
  for await (const page of listVersions(client, {
    ...location,
    after: { key: markerBefore(first) },
  })) {
    for (const record of page)
      if (wanted.has(identity(record))) listed.set(identity(record), record);
    const reached = page.at(-1)?.key ?? last;
    if (listed.size === wanted.size || compareKeys(reached, last) > 0) break;
  }
  return listed;
}

interface Deletion {
  readonly client: S3Client;
  readonly bucket: string;
  readonly retry: RetryLimits;
  readonly tally: RemovalTally;
  readonly permission: Permission;
}

async function deleteAll(deletion: Deletion, records: readonly S3Record[]): Promise<void> {
  const { retry, tally } = deletion;
  let open = records;
  for (let attempt = 1; open.length > 0; attempt += 1) {
    await backOff(attempt, retry);
    const codes = await deleteOnce(deletion, open);
    const again: S3Record[] = [];
    for (const record of open) {
      const code = codes.get(identity(record)) ?? NOT_SENT;
      if (code === 'Deleted') tally.removed(record);
      else if (code === NOT_SENT) tally.left(record);
      else if (ABSENT_CODES.has(code)) tally.alreadyAbsent();
      else if (code === 'PreconditionFailed') tally.changed(record);
      else if (isTransient(code) && attempt < retry.attempts) again.push(record);
      else tally.failed(record, code);
    }
    open = again;
  }
}

/** One answer per version: `Deleted`, the code of its error, or that its turn did not come. */
async function deleteOnce(
  deletion: Deletion,
  records: readonly S3Record[],
): Promise<ReadonlyMap<string, string>> {
  const { permission } = deletion;
  const codes = new Map(records.map((record) => [identity(record), NOT_SENT]));
  const batch = records.filter(({ key }) => !isUnfitForXml(key));
  if (batch.length > 0 && (await permission.ask())) await deleteBatch(deletion, batch, codes);
  await inParallel(
    records.filter(({ key }) => isUnfitForXml(key)),
    SINGLE_DELETES_AT_ONCE,
    async (record) => {
      if (await permission.ask()) codes.set(identity(record), await deleteSingle(deletion, record));
    },
  );
  return codes;
}

/**
 * Quiet: S3 then names what it did not delete, and no more. To read a thousand names of what it did is most of the work of a
 * removal, and whether it did is shown by the listing that follows every removal, and by nothing else.
 * @throws Error when S3 names what it was not asked to delete: what it means cannot be told from what it did delete
 */
async function deleteBatch(
  { client, bucket }: Deletion,
  batch: readonly S3Record[],
  codes: Map<string, string>,
): Promise<void> {
  const { Errors = [], $metadata } = await client.send(
    new DeleteObjectsCommand({
      Bucket: bucket,
      Delete: { Objects: batch.map(identifier), Quiet: true },
    }),
  );
  for (const record of batch) codes.set(identity(record), 'Deleted');
  for (const { Key = '', VersionId = 'null', Code: name = '', Message: message = '' } of Errors) {
    const refused = identity({ key: Key, versionId: VersionId });
    if (!codes.has(refused)) throw new Error(`S3 refused to delete what was not sent (${name})`);
    codes.set(refused, answerOf({ name, message, $metadata }));
  }
}

async function deleteSingle({ client, bucket }: Deletion, record: S3Record): Promise<string> {
  const { ETag, ...version } = identifier(record);
  try {
    await client.send(
      new DeleteObjectCommand({ Bucket: bucket, ...version, ...(ETag && { IfMatch: ETag }) }),
    );
    return 'Deleted';
  } catch (error) {
    if (isServiceError(error)) return answerOf(error);
    throw error;
  }
}

/**
 * S3 refuses a version under a legal hold or a retention as it refuses a caller without permission; only the message
 * tells them apart: "Access Denied because object protected by object lock." What an earlier sending of the same request may
 * have removed is not there any more when the next one comes.
 */
function answerOf({ name, message, $metadata }: Omit<ServiceError, '$fault'>): string {
  if (ABSENT_CODES.has(name) && wasRepeated($metadata)) return 'Deleted';
  return name === 'AccessDenied' && /object lock/i.test(message) ? OBJECT_LOCKED : name;
}

function identifier(record: S3Record): ObjectIdentifier & { Key: string } {
  const { key, versionId } = record;
  return { Key: key, VersionId: versionId, ...(isPinned(record) && { ETag: record.etag }) };
}

/** True when its delete has a condition on the content. */
function isPinned(record: S3Record): record is ObjectVersion {
  return record.kind === 'object' && record.versionId === 'null' && record.isLatest;
}

function isSame(record: S3Record, now: S3Record): boolean {
  if (record.kind === 'delete-marker') return now.kind === 'delete-marker';
  return now.kind === 'object' && now.etag === record.etag && now.size === record.size;
}

function identity({ key, versionId }: { key: string; versionId: string }): string {
  return `${versionId}/${key}`;
}
