import { OffboardingError } from '../core/errors.ts';
import type { SealRecord } from '../core/seal-record.ts';
import type { VaultLayout } from '../core/vault-layout.ts';
import type { Vault } from './vault.ts';

/** @returns undefined while the bag is not sealed */
export async function readSeal(vault: Vault, layout: VaultLayout): Promise<SealRecord | undefined> {
  const text = await vault.readText(layout.sealKey);
  return text === undefined ? undefined : (JSON.parse(text) as SealRecord);
}

/**
 * The last look before anything is removed: both manifests are the sealed ones, and the bag holds as many files and
 * bytes as were sealed. Payloads were compared one by one when sealing.
 * @throws OffboardingError `ARCHIVE_FAILED` when there is no sealed bag, `INTEGRITY_MISMATCH` when it has changed
 */
export async function assertSealed(vault: Vault, layout: VaultLayout): Promise<SealRecord> {
  const seal = await readSeal(vault, layout);
  if (!seal)
    throw new OffboardingError('ARCHIVE_FAILED', 'nothing may be evicted: the bag is not sealed');
  const [manifest, tagManifest, bag] = await Promise.all([
    vault.hashOf(layout.bagKey('manifest-sha256.txt')),
    vault.hashOf(layout.bagKey('tagmanifest-sha256.txt')),
    vault.measure(layout.bagPrefix),
  ]);
  const intact =
    manifest === seal.manifestHash &&
    tagManifest === seal.tagManifestHash &&
    bag.count === seal.fileCount &&
    bag.bytes === seal.archiveSizeBytes;
  if (!intact)
    throw new OffboardingError(
      'INTEGRITY_MISMATCH',
      'the bag is no longer the one that was sealed',
      {
        details: { sealed: seal, found: bag },
      },
    );
  return seal;
}
