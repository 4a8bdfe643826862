import type { BagFile } from './bag.ts';
import type { InventoryTotals } from './inventory.ts';

/** A checksum as S3 keeps it beside an object: base64, and `-<parts>` behind it when it is composed of parts. */
export interface StoredChecksum {
  readonly algorithm: 'SHA256' | 'CRC32' | 'CRC64NVME';
  readonly value: string;
}

/** A file of the bag together with the checksum S3 must hold for it. */
export interface StoredFile extends BagFile {
  readonly checksum: StoredChecksum;
}

/** What one packer wrote, kept in the vault for sealing. Written last: while it is missing, the shard is not packed. */
export interface PackReport extends InventoryTotals {
  readonly shardId: string;
  readonly membersSha256: string;
  readonly payloads: readonly StoredFile[];
  readonly index: StoredFile;
}
