import type { S3Client } from '@aws-sdk/client-s3';
import type { StageContext } from '../contract.ts';
import type { ArchiveLimits } from '../core/archive-limits.ts';
import type { ArchivePlan } from '../core/archive-plan.ts';
import { BAGIT_TXT, type BagFile, bagInfoText, manifestText, totalBytes } from '../core/bag.ts';
import { canonicalJson } from '../core/canonical.ts';
import { OffboardingError } from '../core/errors.ts';
import type { SealRecord } from '../core/seal-record.ts';
import type { Shard } from '../core/shard.ts';
import type { VaultLayout } from '../core/vault-layout.ts';
import { cutParts } from './cut-parts.ts';
import { uploadPayload } from './payload-upload.ts';
import { readReports } from './read-reports.ts';
import type { Vault } from './vault.ts';

export interface BagWork {
  readonly s3: S3Client;
  readonly vault: Vault;
  readonly layout: VaultLayout;
  readonly limits: ArchiveLimits;
  readonly context: StageContext;
}

type Bag = Omit<SealRecord, 'objectCount' | 'deleteMarkerCount' | 'inventoryHash'>;

/**
 * Writes the tag files around payloads and index, which are there already. Dates come from the plan, not from now: the
 * same plan is the same bag, byte for byte.
 * @throws OffboardingError `INTEGRITY_MISMATCH` when a report is not there any more
 */
export async function writeBag(
  work: BagWork,
  plan: ArchivePlan,
  shards: readonly Shard[],
): Promise<Bag> {
  const { vault, layout, context } = work;
  const { planeId, offboardingId, plane } = context;
  const write = async (path: string, text: string): Promise<BagFile> => {
    const { bytes, sha256 } = await vault.writeText(layout.bagKey(path), text);
    return { path, bytes, sha256 };
  };
  const { manifest, payloads, index } = await writeManifest(work, shards);
  const tagFiles = [
    await write('bagit.txt', BAGIT_TXT),
    await write(
      'bag-info.txt',
      bagInfoText({
        offboardingId,
        planeId,
        baggingDate: plan.plannedAt,
        payloadBytes: payloads.bytes,
        payloadFiles: payloads.count,
      }),
    ),
    // Without it nobody could tell, years later, where the members of store 0 came from.
    await write(
      'plane.json',
      canonicalJson({ planeId, offboardingId, type: plane.type, stores: plane.stores }),
    ),
    manifest,
    ...index,
  ];
  const tagManifest = await write('tagmanifest-sha256.txt', manifestText(tagFiles));
  return {
    manifestHash: manifest.sha256,
    tagManifestHash: tagManifest.sha256,
    archivePath: `s3://${vault.bucket}/${layout.bagPrefix}`,
    archiveSizeBytes: payloads.bytes + totalBytes([...tagFiles, tagManifest]),
    fileCount: payloads.count + tagFiles.length + 1,
    payloadCount: payloads.count,
  };
}

interface WrittenManifest {
  readonly manifest: BagFile;
  readonly payloads: { readonly count: number; readonly bytes: number };
  /** The part of the index that each shard has. */
  readonly index: readonly BagFile[];
}

/**
 * Streams the manifest into the vault, shard after shard: its lines are some 120 bytes for each of millions of payloads.
 * What a crash leaves of it, the next seal aborts before it writes.
 */
async function writeManifest(
  { s3, vault, layout, limits }: BagWork,
  shards: readonly Shard[],
): Promise<WrittenManifest> {
  const path = 'manifest-sha256.txt';
  const payloads = { count: 0, bytes: 0 };
  const index: BagFile[] = [];
  async function* lines(): AsyncGenerator<Uint8Array> {
    for await (const packed of readReports({ vault, layout, limits }, shards.toSorted(byFolder)))
      for (const { shard, report } of packed) {
        if (!report)
          throw new OffboardingError('INTEGRITY_MISMATCH', `shard ${shard.shardId} has no report`);
        payloads.count += report.payloads.length;
        payloads.bytes += totalBytes(report.payloads);
        index.push(report.index);
        yield Buffer.from(manifestText(report.payloads));
      }
  }
  const target = { client: s3, bucket: vault.bucket, storageClass: 'STANDARD', limits } as const;
  const { bytes, sha256 } = await uploadPayload(target, layout.bagKey(path), (bufferOf) =>
    cutParts(lines(), limits.uploadPartBytes, bufferOf),
  );
  return { manifest: { path, bytes, sha256 }, payloads, index };
}

/** The order of their folders in the bag, and so of their lines in a manifest: from the 100,000th on it is not theirs. */
function byFolder(one: Shard, other: Shard): number {
  return `${one.shardId}/` < `${other.shardId}/` ? -1 : 1;
}
