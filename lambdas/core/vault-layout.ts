/**
 * Where one offboarding keeps its archive in the vault:
 *
 *     planes/<planeId>/<offboardingId>/work/…   inventory, shards, progress: what the steps tell each other
 *     planes/<planeId>/<offboardingId>/bag/…    the BagIt bag
 *
 * When a source changed while it was packed, the plan is void and the next one begins beside it, in `…/plan-2/`: nothing
 * in the vault is overwritten or deleted, and the purge destroys all of `planes/<planeId>/`.
 */
export interface VaultLayout {
  /** Of all plans of this offboarding; ends in `/`. */
  readonly offboardingPrefix: string;
  /** Ends in `/`. */
  readonly bagPrefix: string;
  readonly planKey: string;
  readonly planProgressKey: string;
  readonly planVoidKey: string;
  readonly shardsKey: string;
  readonly sealProgressKey: string;
  readonly sealKey: string;
  readonly evictionKey: string;
  readonly archivedKey: string;
  inventoryKey(shardId: string): string;
  packReportKey(shardId: string): string;
  packFailureKey(attempt: string): string;
  /** Key of a file of the bag, by its path in the bag. */
  bagKey(path: string): string;
}

export function vaultLayout(planeId: string, offboardingId: string, plan = 1): VaultLayout {
  const offboardingPrefix = `planes/${planeId}/${offboardingId}/`;
  const root = plan === 1 ? offboardingPrefix : `${offboardingPrefix}plan-${plan}/`;
  const work = `${root}work/`;
  const bagPrefix = `${root}bag/`;
  return {
    offboardingPrefix,
    bagPrefix,
    planKey: `${work}plan.json`,
    planProgressKey: `${work}plan-progress.json`,
    planVoidKey: `${work}plan-void.json`,
    shardsKey: `${work}shards.jsonl`,
    sealProgressKey: `${work}seal-progress.json`,
    sealKey: `${work}seal.json`,
    evictionKey: `${work}eviction.json`,
    archivedKey: `${work}archived.json`,
    inventoryKey: (shardId) => `${work}inventory/part-${shardId}.jsonl`,
    packReportKey: (shardId) => `${work}packed/shard-${shardId}.json`,
    packFailureKey: (attempt) => `${work}pack-failures/${attempt}.json`,
    bagKey: (path) => `${bagPrefix}${path}`,
  };
}
