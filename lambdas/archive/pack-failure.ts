import { OffboardingError } from '../core/errors.ts';
import { vaultLayout } from '../core/vault-layout.ts';
import { currentLayout } from './current-plan.ts';
import type { Vault } from './vault.ts';

/** What a packer found that no packer can mend. A map run fails under a name of its own, so it is noted in the vault. */
export interface PackFailure {
  readonly shardId: string;
  readonly code: 'SOURCE_CHANGED' | 'INTEGRITY_MISMATCH';
  /** One sentence, without a name of a document. */
  readonly message: string;
}

interface Offboarding {
  readonly planeId: string;
  readonly offboardingId: string;
}

/**
 * Why an attempt has not packed everything: what one of its packers has noted, the first one of a plan.
 * @returns `ARCHIVE_FAILED` when none has noted anything; the map run says what each of them met
 */
export async function whyNotPacked(
  vault: Vault,
  { planeId, offboardingId }: Offboarding,
  attempt: string,
): Promise<OffboardingError> {
  // A change makes its plan void, so what was noted may lie in one that is not current any more.
  const current = await currentLayout(vault, { planeId, offboardingId });
  for (let plan = current.plan; plan > 0; plan -= 1) {
    const layout = vaultLayout(planeId, offboardingId, plan);
    const text = await vault.readText(layout.packFailureKey(attempt));
    if (text === undefined) continue;
    const { shardId, code, message } = JSON.parse(text) as PackFailure;
    return new OffboardingError(code, `at least 1 record, in shard ${shardId}: ${message}`);
  }
  return new OffboardingError(
    'ARCHIVE_FAILED',
    'a shard could not be packed; the map run says which, and why',
  );
}
