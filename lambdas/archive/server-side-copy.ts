import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  type S3Client,
  type StorageClass,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { type ArchiveLimits, copyPartBytes } from '../core/archive-limits.ts';
import { OffboardingError } from '../core/errors.ts';
import type { ObjectVersion } from '../core/store-record.ts';
import { inParallel } from '../stores/in-parallel.ts';
import type { RecordReader } from '../stores/record-reader.ts';
import { translateSourceError } from '../stores/s3-record-reader.ts';
import type { UploadedPayload } from './payload-upload.ts';

export interface CopyTarget {
  readonly client: S3Client;
  readonly bucket: string;
  readonly storageClass: StorageClass;
  readonly limits: Pick<
    ArchiveLimits,
    'copyObjectMaxBytes' | 'copyPartBytes' | 'copyPartsAtOnce' | 'uploadParts'
  >;
}

/**
 * Copies one object version into the vault without carrying its bytes through this machine.
 * @throws OffboardingError `SOURCE_CHANGED` when it is no longer what was inventoried, `INTEGRITY_MISMATCH` when the copy
 *   has another checksum than its source
 */
export async function copyToVault(
  target: CopyTarget,
  key: string,
  source: { readonly reader: RecordReader; readonly record: ObjectVersion },
): Promise<UploadedPayload> {
  const { reader, record } = source;
  if (reader.descriptor.kind !== 's3-prefix') throw new TypeError('only S3 objects are copied');
  const from = sourceOf(reader.descriptor.bucket, record);
  try {
    return record.size > target.limits.copyObjectMaxBytes
      ? await copyByParts(target, key, from, source)
      : await copyWhole(target, key, from, record.size);
  } catch (error) {
    throw translateSourceError(error, { key: record.key, versionId: record.versionId });
  }
}

interface CopySource {
  readonly CopySource: string;
  readonly CopySourceIfMatch: string;
}

function sourceOf(bucket: string, { key, versionId, etag }: ObjectVersion): CopySource {
  return {
    CopySource: `${bucket}/${encodeURIComponent(key)}?versionId=${encodeURIComponent(versionId)}`,
    CopySourceIfMatch: etag,
  };
}

/** A copy's SHA-256 is of the whole object, however the source was uploaded: S3 computes it over the source's bytes. */
async function copyWhole(
  { client, bucket, storageClass }: CopyTarget,
  key: string,
  source: CopySource,
  size: number,
): Promise<UploadedPayload> {
  const { CopyObjectResult } = await client.send(
    new CopyObjectCommand({
      ...source,
      Bucket: bucket,
      Key: key,
      StorageClass: storageClass,
      ChecksumAlgorithm: 'SHA256',
    }),
  );
  const value = CopyObjectResult?.ChecksumSHA256;
  if (value === undefined)
    throw new OffboardingError('INTEGRITY_MISMATCH', 'S3 copied an object without its SHA-256');
  return {
    bytes: size,
    sha256: Buffer.from(value, 'base64').toString('hex'),
    checksum: { algorithm: 'SHA256', value },
  };
}

/**
 * Above 5 GB S3 copies by parts, and over parts only a CRC is of the whole object. The SHA-256 that the bag's manifest needs is
 * read from the source beside the copy, and the CRC that S3 computes over the copy ties the two together: it must be the
 * source's CRC-64/NVME, which the SDK has compared with what was read, or, where the source has none, the CRC-32 of what was read.
 * Reading bounds such an object to what one invocation can stream: no plan has one above `objectMaxBytes`.
 */
async function copyByParts(
  target: CopyTarget,
  key: string,
  source: CopySource,
  { reader, record }: { readonly reader: RecordReader; readonly record: ObjectVersion },
): Promise<UploadedPayload> {
  const { client, bucket, storageClass, limits } = target;
  const head = await headSource(client, reader, record);
  const algorithm = head.ChecksumCRC64NVME === undefined ? 'CRC32' : 'CRC64NVME';
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({
      Bucket: bucket,
      Key: key,
      StorageClass: storageClass,
      ChecksumAlgorithm: algorithm,
      ChecksumType: 'FULL_OBJECT',
      // A copy by parts inherits nothing.
      ContentType: head.ContentType,
      ContentEncoding: head.ContentEncoding,
      ContentLanguage: head.ContentLanguage,
      ContentDisposition: head.ContentDisposition,
      CacheControl: head.CacheControl,
      Expires: head.Expires,
      WebsiteRedirectLocation: head.WebsiteRedirectLocation,
      Metadata: head.Metadata,
    }),
  );
  const upload = { Bucket: bucket, Key: key, UploadId };
  const copying = inParallel(
    ranges(record.size, limits),
    limits.copyPartsAtOnce,
    async (range, index) => {
      const PartNumber = index + 1;
      const { CopyPartResult } = await client.send(
        new UploadPartCopyCommand({ ...upload, ...source, PartNumber, CopySourceRange: range }),
      );
      const { ETag, ChecksumCRC32, ChecksumCRC64NVME } = CopyPartResult ?? {};
      return { PartNumber, ETag, ChecksumCRC32, ChecksumCRC64NVME };
    },
  );
  try {
    const [read, Parts] = await Promise.all([hashSource(reader, record), copying]);
    const copy = await client.send(
      new CompleteMultipartUploadCommand({
        ...upload,
        ChecksumType: 'FULL_OBJECT',
        MultipartUpload: { Parts },
      }),
    );
    const [expected, found] = [head.ChecksumCRC64NVME ?? read.crc32, copy[`Checksum${algorithm}`]];
    if (found !== expected)
      throw new OffboardingError('INTEGRITY_MISMATCH', 'a copy by parts differs from its source', {
        details: { key, algorithm, expected, found },
      });
    return {
      bytes: record.size,
      sha256: read.sha256,
      checksum: { algorithm, value: expected },
    };
  } catch (error) {
    // Parts that arrive after an abort would stay: wait for them first.
    await Promise.allSettled([copying]);
    // The first error says why. What a failed abort leaves behind, the next packer of this shard aborts, or the seal.
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

function headSource(client: S3Client, { descriptor }: RecordReader, record: ObjectVersion) {
  if (descriptor.kind !== 's3-prefix') throw new TypeError('only S3 objects are copied');
  return client.send(
    new HeadObjectCommand({
      Bucket: descriptor.bucket,
      Key: record.key,
      VersionId: record.versionId,
      IfMatch: record.etag,
      ChecksumMode: 'ENABLED',
    }),
  );
}

/** @returns the SHA-256 of the content in hex, and its CRC-32 as S3 writes one */
async function hashSource(
  reader: RecordReader,
  record: ObjectVersion,
): Promise<{ readonly sha256: string; readonly crc32: string }> {
  const hash = createHash('sha256');
  let crc = 0;
  let bytes = 0;
  const { content } = await reader.open(record);
  for await (const chunk of content) {
    hash.update(chunk);
    crc = crc32(chunk, crc);
    bytes += chunk.length;
  }
  if (bytes !== record.size)
    throw new OffboardingError('SOURCE_CHANGED', `an object of ${record.size} bytes had ${bytes}`);
  const bigEndian = Buffer.alloc(4);
  bigEndian.writeUInt32BE(crc);
  return { sha256: hash.digest('hex'), crc32: bigEndian.toString('base64') };
}

/** Inclusive byte ranges, as many as fit the limit of parts. */
function ranges(size: number, limits: CopyTarget['limits']): string[] {
  const partBytes = copyPartBytes(size, limits);
  return Array.from({ length: Math.ceil(size / partBytes) }, (_, index) => {
    const start = index * partBytes;
    return `bytes=${start}-${Math.min(start + partBytes, size) - 1}`;
  });
}
