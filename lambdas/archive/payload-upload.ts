import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  type StorageClass,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ArchiveLimits } from '../core/archive-limits.ts';
import { OffboardingError } from '../core/errors.ts';
import type { StoredChecksum } from '../core/pack-report.ts';
import type { BufferOf } from './payload-window.ts';

export interface PayloadTarget {
  readonly client: S3Client;
  readonly bucket: string;
  readonly storageClass: StorageClass;
  readonly limits: Pick<ArchiveLimits, 'uploadPartsAtOnce'>;
}

/** A payload in parts of one size, but the last, in buffers from `bufferOf`: each goes back there when it has arrived. */
export type PartsOf = (bufferOf: BufferOf) => AsyncIterable<Buffer>;

export interface UploadedPayload {
  readonly bytes: number;
  /** SHA-256 of the whole payload in lower-case hex, computed while it passed. */
  readonly sha256: string;
  /** What S3 verified on arrival and now keeps: of the whole for one request, composed of the parts' for several. */
  readonly checksum: StoredChecksum;
}

/**
 * Streams a payload straight into its archive class. Every request carries the SHA-256 of its bytes, so S3 refuses a
 * damaged write; memory holds what is being filled and the parts being sent.
 * @throws OffboardingError `INTEGRITY_MISMATCH` when S3 composed another checksum than was sent; a failed upload is
 *   aborted, so it leaves no parts behind
 */
export async function uploadPayload(
  target: PayloadTarget,
  key: string,
  partsOf: PartsOf,
): Promise<UploadedPayload> {
  const whole = createHash('sha256');
  let bytes = 0;
  let parts: MultipartUpload | undefined;
  let first: Buffer | undefined;
  // Parts that arrived lend their memory to those still to come: the garbage collector is too slow for 16 MiB a time.
  const free: Buffer[] = [];
  const bufferOf: BufferOf = (bytes) => free.pop() ?? Buffer.allocUnsafeSlow(bytes);
  try {
    for await (const part of partsOf(bufferOf)) {
      whole.update(part);
      bytes += part.length;
      if (!first) first = part;
      else {
        if (!parts) {
          parts = await startMultipart(target, key, (arrived) => free.push(arrived));
          await parts.send(first);
        }
        await parts.send(part);
      }
    }
    const digest = whole.digest();
    const checksum = parts
      ? await parts.complete()
      : await putWhole(target, key, first ?? Buffer.alloc(0), digest.toString('base64'));
    return { bytes, sha256: digest.toString('hex'), checksum };
  } catch (error) {
    // The first error says why. What a failed abort leaves behind, the next packer of this shard aborts, or the seal.
    await parts?.abort().catch(() => undefined);
    throw error;
  }
}

async function putWhole(
  { client, bucket, storageClass }: PayloadTarget,
  key: string,
  body: Buffer,
  checksum: string,
): Promise<StoredChecksum> {
  await client.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      StorageClass: storageClass,
      ChecksumSHA256: checksum,
    }),
  );
  return { algorithm: 'SHA256', value: checksum };
}

interface MultipartUpload {
  /** Sends a part; waits first while as many as allowed are under way. */
  send(part: Buffer): Promise<void>;
  complete(): Promise<StoredChecksum>;
  abort(): Promise<void>;
}

async function startMultipart(
  { client, bucket, storageClass, limits }: PayloadTarget,
  key: string,
  arrived: (part: Buffer) => void,
): Promise<MultipartUpload> {
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({
      Bucket: bucket,
      Key: key,
      StorageClass: storageClass,
      ChecksumAlgorithm: 'SHA256',
      ChecksumType: 'COMPOSITE', // the only type SHA-256 has over parts
    }),
  );
  const upload = { Bucket: bucket, Key: key, UploadId };
  const sent: CompletedPart[] = [];
  const digests: Buffer[] = [];
  const underWay = new Set<Promise<void>>();

  const sendPart = async (part: Buffer, PartNumber: number, digest: Buffer) => {
    const ChecksumSHA256 = digest.toString('base64');
    const command = new UploadPartCommand({ ...upload, PartNumber, Body: part, ChecksumSHA256 });
    signWith(command, digest);
    const { ETag } = await client.send(command);
    sent[PartNumber - 1] = { PartNumber, ETag, ChecksumSHA256 };
    arrived(part);
  };

  return {
    async send(part) {
      if (underWay.size >= limits.uploadPartsAtOnce) await Promise.race(underWay);
      const digest = createHash('sha256').update(part).digest();
      const number = digests.push(digest);
      const sending = sendPart(part, number, digest);
      underWay.add(sending);
      // A failure surfaces at the next race or at completion.
      sending.then(
        () => underWay.delete(sending),
        () => undefined,
      );
    },
    async complete() {
      await Promise.all(underWay);
      const composed = createHash('sha256').update(Buffer.concat(digests)).digest('base64');
      const expected = `${composed}-${digests.length}`;
      const { ChecksumSHA256 } = await client.send(
        new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: sent } }),
      );
      if (ChecksumSHA256 !== expected)
        throw new OffboardingError(
          'INTEGRITY_MISMATCH',
          'S3 composed another checksum than was sent',
          {
            details: { key, expected, found: ChecksumSHA256 },
          },
        );
      return { algorithm: 'SHA256', value: expected };
    },
    async abort() {
      // Parts that arrive after an abort would stay: wait for them first.
      await Promise.allSettled(underWay);
      await client.send(new AbortMultipartUploadCommand(upload));
    },
  };
}

/**
 * A signature covers the SHA-256 of the body. Told what it is, the SDK does not compute it once more; S3 refuses a body that
 * has another.
 */
function signWith(command: UploadPartCommand, digest: Buffer): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { readonly headers: Record<string, string> };
      headers['x-amz-content-sha256'] = digest.toString('hex');
      return next(args);
    },
    { step: 'build', name: 'knownPayloadHash' },
  );
}
