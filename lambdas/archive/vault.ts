import { createHash } from 'node:crypto';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { StoredChecksum } from '../core/pack-report.ts';

export interface WrittenText {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly checksum: StoredChecksum;
}

export interface StoredObject {
  readonly bytes: number;
  readonly checksums: Readonly<Partial<Record<StoredChecksum['algorithm'], string>>>;
}

/** The archive's small files in the vault: plans, reports, index, tag files. Payloads and their manifest go by `uploadPayload`. */
export interface Vault {
  readonly bucket: string;
  /** Undefined for a key that is not there. */
  readText(key: string): Promise<string | undefined>;
  /** Writes to S3 Standard with its SHA-256, so that S3 refuses a damaged write. */
  writeText(key: string, text: string): Promise<WrittenText>;
  /** Writes unless the key exists. @returns what is there now: this text, or the one of whoever came first */
  writeOnce(key: string, text: string): Promise<string>;
  /** SHA-256 of the content in lower-case hex, of any length; undefined for a key that is not there. */
  hashOf(key: string): Promise<string | undefined>;
  /** Size and checksums that S3 holds for a key, of any storage class; undefined for a key that is not there. */
  readStored(key: string): Promise<StoredObject | undefined>;
  /** Counts the current objects under a prefix. */
  measure(prefix: string): Promise<{ readonly count: number; readonly bytes: number }>;
}

export function vaultBucket(client: S3Client, bucket: string): Vault {
  const readText = async (key: string) => {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return await Body?.transformToString('utf-8');
    } catch (error) {
      return absent(error, 'NoSuchKey');
    }
  };
  const write = async (key: string, text: string, condition: { IfNoneMatch?: string } = {}) => {
    const body = Buffer.from(text);
    const digest = createHash('sha256').update(body).digest();
    const checksum = digest.toString('base64');
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ChecksumSHA256: checksum,
        ...condition,
      }),
    );
    return {
      bytes: body.length,
      sha256: digest.toString('hex'),
      checksum: { algorithm: 'SHA256', value: checksum },
    } as const;
  };
  return {
    bucket,
    readText,
    writeText: (key, text) => write(key, text),
    async writeOnce(key, text) {
      const before = await readText(key);
      if (before !== undefined) return before;
      try {
        await write(key, text, { IfNoneMatch: '*' });
        return text;
      } catch (error) {
        absent(error, 'PreconditionFailed');
        return (await readText(key)) ?? text;
      }
    },
    async hashOf(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        const hash = createHash('sha256');
        for await (const chunk of Body as AsyncIterable<Uint8Array>) hash.update(chunk);
        return hash.digest('hex');
      } catch (error) {
        return absent(error, 'NoSuchKey');
      }
    },
    async readStored(key) {
      try {
        const head = await client.send(
          new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }),
        );
        return {
          bytes: head.ContentLength ?? 0,
          checksums: {
            ...(head.ChecksumSHA256 !== undefined && { SHA256: head.ChecksumSHA256 }),
            ...(head.ChecksumCRC32 !== undefined && { CRC32: head.ChecksumCRC32 }),
            ...(head.ChecksumCRC64NVME !== undefined && { CRC64NVME: head.ChecksumCRC64NVME }),
          },
        };
      } catch (error) {
        return absent(error, 'NotFound');
      }
    },
    async measure(prefix) {
      let [count, bytes] = [0, 0];
      let next: string | undefined;
      do {
        const page = await client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            ...(next !== undefined && { ContinuationToken: next }),
          }),
        );
        count += page.Contents?.length ?? 0;
        for (const { Size } of page.Contents ?? []) bytes += Size ?? 0;
        next = page.NextContinuationToken;
      } while (next !== undefined);
      return { count, bytes };
    },
  };
}

/** @throws the error, unless it has this name */
function absent(error: unknown, name: string): undefined {
  if (error instanceof Error && error.name === name) return undefined;
  throw error;
}
