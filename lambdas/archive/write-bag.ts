import type { StageContext } from '../contract.ts';
import type { ArchivePlan } from '../core/archive-plan.ts';
import { BAGIT_TXT, type BagFile, bagInfoText, manifestText, totalBytes } from '../core/bag.ts';
import { canonicalJson } from '../core/canonical.ts';
import type { PackReport } from '../core/pack-report.ts';
import type { SealRecord } from '../core/seal-record.ts';
import type { VaultLayout } from '../core/vault-layout.ts';
import type { Vault } from './vault.ts';

interface BagWork {
  readonly vault: Vault;
  readonly layout: VaultLayout;
  readonly context: StageContext;
}

/**
 * Writes the tag files around payloads and index, which are there already. Dates come from the plan, not from now: the
 * same plan is the same bag, byte for byte.
 */
export async function writeBag(
  { vault, layout, context }: BagWork,
  plan: ArchivePlan,
  reports: readonly PackReport[],
): Promise<
  Pick<
    SealRecord,
    'manifestHash' | 'tagManifestHash' | 'archivePath' | 'archiveSizeBytes' | 'fileCount'
  >
> {
  const { planeId, offboardingId, plane } = context;
  const write = async (path: string, text: string): Promise<BagFile> => {
    const { bytes, sha256 } = await vault.writeText(layout.bagKey(path), text);
    return { path, bytes, sha256 };
  };
  const payloads = reports.flatMap((report) => report.payloads);
  const manifest = await write('manifest-sha256.txt', manifestText(payloads));
  const tagFiles = [
    await write('bagit.txt', BAGIT_TXT),
    await write(
      'bag-info.txt',
      bagInfoText({
        offboardingId,
        planeId,
        baggingDate: plan.plannedAt,
        payloadBytes: totalBytes(payloads),
        payloadFiles: payloads.length,
      }),
    ),
    // Without it nobody could tell, years later, where the members of store 0 came from.
    await write(
      'plane.json',
      canonicalJson({ planeId, offboardingId, type: plane.type, stores: plane.stores }),
    ),
    manifest,
    ...reports.map(({ index }) => index),
  ];
  const tagManifest = await write('tagmanifest-sha256.txt', manifestText(tagFiles));
  const files = [...payloads, ...tagFiles, tagManifest];
  return {
    manifestHash: manifest.sha256,
    tagManifestHash: tagManifest.sha256,
    archivePath: `s3://${vault.bucket}/${layout.bagPrefix}`,
    archiveSizeBytes: totalBytes(files),
    fileCount: files.length,
  };
}
