import { type ArchivePlan, parseShards } from '../core/archive-plan.ts';
import { OffboardingError } from '../core/errors.ts';
import type { Shard } from '../core/shard.ts';
import { type VaultLayout, vaultLayout } from '../core/vault-layout.ts';
import type { Vault } from './vault.ts';

interface Offboarding {
  readonly planeId: string;
  readonly offboardingId: string;
}

/** The plan that counts: the first one of this offboarding that no packer has found void. */
export async function currentLayout(
  vault: Vault,
  { planeId, offboardingId }: Offboarding,
): Promise<{ readonly plan: number; readonly layout: VaultLayout }> {
  for (let plan = 1; ; plan += 1) {
    const layout = vaultLayout(planeId, offboardingId, plan);
    if ((await vault.readText(layout.planVoidKey)) === undefined) return { plan, layout };
  }
}

/** @returns undefined while the plan is not complete */
export async function readPlan(
  vault: Vault,
  layout: VaultLayout,
): Promise<ArchivePlan | undefined> {
  const text = await vault.readText(layout.planKey);
  return text === undefined ? undefined : (JSON.parse(text) as ArchivePlan);
}

/** @throws OffboardingError `ARCHIVE_FAILED` when there is no complete plan to work on */
export async function requirePlan(vault: Vault, layout: VaultLayout): Promise<ArchivePlan> {
  const plan = await readPlan(vault, layout);
  if (!plan) throw new OffboardingError('ARCHIVE_FAILED', 'the archive has not been planned');
  return plan;
}

/** @throws OffboardingError `ARCHIVE_FAILED` when the list is missing */
export async function readShards(vault: Vault, layout: VaultLayout): Promise<readonly Shard[]> {
  const text = await vault.readText(layout.shardsKey);
  if (text === undefined) throw new OffboardingError('ARCHIVE_FAILED', 'the shard list is missing');
  return parseShards(text);
}
