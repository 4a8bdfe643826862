import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  RestoreObjectCommand,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { backOff, isServiceError, STORE_RETRY } from '../lambdas/stores/retry-transient.ts';
import type { Tier } from './arguments.ts';
import { connectionError } from './connection-error.ts';
import { DamageError, RestoreError } from './restore-error.ts';

export interface ByteRange {
  readonly offset: number;
  /** At least 1: S3 has no empty ranges. */
  readonly length: number;
}

export interface Standing {
  /** `archived`: in a Glacier class without a copy; `restoring`: the copy was asked for. */
  readonly state: 'readable' | 'archived' | 'restoring';
  readonly storageClass: string;
  readonly bytes: number;
}

/** The files of one bag in the vault, by their path in the bag. */
export interface BagFiles {
  /** @throws DamageError when the file is missing, or shorter than the range */
  read(path: string, range?: ByteRange): AsyncIterable<Buffer>;
  /** Undefined for a file that is missing. */
  readStanding(path: string): Promise<Standing | undefined>;
  /** Asks S3 for a copy that can be read for some days; fine when that was asked for before. */
  requestCopy(path: string, request: { readonly tier: Tier; readonly days: number }): Promise<void>;
}

/** In a row without a byte between them. The SDK retries until a reply begins; a reply that breaks off goes on here. */
const READ_ATTEMPTS = 5;

const ARCHIVE_CLASSES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

export function bagFiles(
  client: S3Client,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
): BagFiles {
  const object = (path: string) => ({ Bucket: bucket, Key: prefix + path });

  async function* read(path: string, range?: ByteRange): AsyncGenerator<Buffer> {
    let position = range?.offset ?? 0;
    let end = range && range.offset + range.length;
    let etag: string | undefined;
    for (let attempt = 1; end === undefined || position < end; attempt += 1) {
      await backOff(attempt, STORE_RETRY);
      try {
        const reply = await client.send(
          new GetObjectCommand({
            ...object(path),
            ...((range || position > 0) && {
              Range: `bytes=${position}-${end === undefined ? '' : end - 1}`,
            }),
            // Bytes of two different files must never become one.
            ...(etag !== undefined && { IfMatch: etag }),
          }),
        );
        etag ??= reply.ETag;
        const arriving = position + (reply.ContentLength ?? 0);
        if (range && arriving < range.offset + range.length)
          throw new DamageError(
            `${path} ends at byte ${arriving}, before the range that is needed`,
          );
        end ??= arriving;
        if (!(reply.Body instanceof Readable)) throw new TypeError('S3 answered without a body');
        for await (const chunk of reply.Body as AsyncIterable<Buffer>) {
          if (chunk.length === 0) continue;
          position += chunk.length;
          attempt = 1;
          yield chunk;
        }
        if (position < end) throw new Error(`S3 stopped at byte ${position} of ${path}`);
      } catch (error) {
        if (error instanceof DamageError || isServiceError(error)) throw explain(error, path);
        if (attempt >= READ_ATTEMPTS) throw explain(error, path);
      }
    }
  }

  return {
    read,
    async readStanding(path) {
      try {
        const { StorageClass, Restore, ContentLength } = await client.send(
          new HeadObjectCommand(object(path)),
        );
        // S3 leaves the class out for Standard.
        const storageClass = StorageClass ?? 'STANDARD';
        return { storageClass, bytes: ContentLength ?? 0, state: stateOf(storageClass, Restore) };
      } catch (error) {
        if (error instanceof Error && error.name === 'NotFound') return undefined;
        // A reply to HEAD has no body to say why. Half a day of waiting is longer than most credentials hold.
        if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 400)
          throw expiredCredentials(error);
        throw explain(error, path);
      }
    },
    async requestCopy(path, { tier, days }) {
      try {
        await client.send(
          new RestoreObjectCommand({
            ...object(path),
            RestoreRequest: { Days: days, GlacierJobParameters: { Tier: tier } },
          }),
        );
      } catch (error) {
        if (!(error instanceof Error && error.name === 'RestoreAlreadyInProgress'))
          throw explain(error, path);
      }
    },
  };
}

/** The same files, with somebody told how many bytes of them have been read in all. */
export function countedFiles(files: BagFiles, onRead: (bytes: number) => void): BagFiles {
  let bytes = 0;
  return {
    ...files,
    async *read(path, range) {
      for await (const chunk of files.read(path, range)) {
        bytes += chunk.length;
        onRead(bytes);
        yield chunk;
      }
    },
  };
}

/** @param restore the header `x-amz-restore`: absent until a copy is asked for, and again once it has expired */
function stateOf(storageClass: string, restore: string | undefined): Standing['state'] {
  if (!ARCHIVE_CLASSES.has(storageClass) || restore?.includes('ongoing-request="false"'))
    return 'readable';
  return restore === undefined ? 'archived' : 'restoring';
}

/** What S3 refused, or did not answer, as a sentence: which file of the bag it was about, or whose connection failed. */
function explain(error: unknown, path: string): unknown {
  if (!isServiceError(error)) return connectionError('S3', error);
  switch (error.name) {
    case 'NoSuchKey':
      return new DamageError(`${path} is missing from the bag`, { cause: error });
    case 'InvalidRange':
      return new DamageError(`${path} is shorter than the index says`, { cause: error });
    case 'PreconditionFailed':
      return new RestoreError(`${path} was replaced while it was being read`, { cause: error });
    case 'InvalidObjectState':
      return new RestoreError(
        `${path} is not readable any more: the copy has expired, run the same command again`,
        { cause: error },
      );
    case 'ExpiredToken':
      return expiredCredentials(error);
    default:
      return new RestoreError(`S3 refused ${path}: ${error.name}, ${error.message}`, {
        cause: error,
      });
  }
}

function expiredCredentials(cause: unknown): RestoreError {
  return new RestoreError(
    'the AWS credentials have expired: the same command goes on with new ones',
    { cause },
  );
}
