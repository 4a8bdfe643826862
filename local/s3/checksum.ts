import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { combineCrcs } from './combine-crcs.ts';
import { CRC32C_POLYNOMIAL, crc32c } from './crc32c.ts';
import { CRC64_NVME_POLYNOMIAL, CRC64_START, crc64Nvme } from './crc64-nvme.ts';

export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** What S3 computes for an object whose writer sent no checksum. */
export const DEFAULT_CHECKSUM_ALGORITHM = 'CRC64NVME';

/** A stored checksum. `value` is base64; a COMPOSITE one ends in `-` and the number of parts. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  readonly value: string;
}

/** Every digest a body may be asked for. MD5 is an ETag or a Content-MD5, never a stored checksum here. */
export type DigestAlgorithm = ChecksumAlgorithm | 'MD5';

export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Once, at the end. */
  digest(): Buffer;
}

export function createHasher(algorithm: DigestAlgorithm): Hasher {
  switch (algorithm) {
    case 'CRC32':
      return createCrcHasher(crc32);
    case 'CRC32C':
      return createCrcHasher(crc32c);
    case 'CRC64NVME':
      return createCrc64Hasher();
    default: {
      const hash = createHash(algorithm);
      return {
        update: (bytes) => {
          hash.update(bytes);
        },
        digest: () => hash.digest(),
      };
    }
  }
}

function createCrcHasher(step: (bytes: Uint8Array, before: number) => number): Hasher {
  let crc = 0;
  return {
    update: (bytes) => {
      crc = step(bytes, crc);
    },
    digest: () => {
      const digest = Buffer.alloc(4);
      digest.writeUInt32BE(crc);
      return digest;
    },
  };
}

function createCrc64Hasher(): Hasher {
  let crc = CRC64_START;
  return {
    update: (bytes) => {
      crc = crc64Nvme(bytes, crc);
    },
    digest: () => {
      const digest = Buffer.alloc(8);
      digest.writeUInt32BE(crc.high, 0);
      digest.writeUInt32BE(crc.low, 4);
      return digest;
    },
  };
}

export interface DigestedPart {
  /** Base64, as the part was stored with it. */
  readonly checksum: string;
  readonly size: number;
}

/** The checksum of an object from those of its parts, without reading a byte of it. */
export function checksumOfParts(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: readonly DigestedPart[],
): Checksum {
  const value = type === 'COMPOSITE' ? composite(algorithm, parts) : fullObject(algorithm, parts);
  return { algorithm, type, value };
}

function composite(algorithm: ChecksumAlgorithm, parts: readonly DigestedPart[]): string {
  const hasher = createHasher(algorithm);
  for (const part of parts) hasher.update(Buffer.from(part.checksum, 'base64'));
  return `${hasher.digest().toString('base64')}-${parts.length}`;
}

function fullObject(algorithm: ChecksumAlgorithm, parts: readonly DigestedPart[]): string {
  const kind = CRC_KINDS[algorithm];
  if (kind === undefined) throw new Error(`${algorithm} of parts says nothing about the whole`);
  const whole = parts.reduce(
    (crc, part) => combineCrcs(kind, crc, bigIntOf(part.checksum), part.size),
    0n,
  );
  return Buffer.from(whole.toString(16).padStart(kind.width / 4, '0'), 'hex').toString('base64');
}

const CRC_KINDS: Partial<Record<ChecksumAlgorithm, { width: 32 | 64; polynomial: bigint }>> = {
  CRC32: { width: 32, polynomial: 0xedb88320n },
  CRC32C: { width: 32, polynomial: BigInt(CRC32C_POLYNOMIAL) },
  CRC64NVME: { width: 64, polynomial: CRC64_NVME_POLYNOMIAL },
};

function bigIntOf(base64: string): bigint {
  return BigInt(`0x${Buffer.from(base64, 'base64').toString('hex')}`);
}

/** A full-object checksum of a multipart upload exists for CRCs only: a SHA cannot be joined from its parts. */
export function supportsFullObjectOfParts(algorithm: ChecksumAlgorithm): boolean {
  return CRC_KINDS[algorithm] !== undefined;
}
