import type { OffboardingConfig } from './config.ts';
import type { Decisions } from './decisions.ts';
import type { Evidence } from './evidence.ts';
import type { Ledger } from './ledger.ts';
import type { PlaneResources } from './plane-resources.ts';
import type { PolicyGate } from './policy-gate.ts';
import type { PurgeSchedule } from './purge-schedule.ts';
import type { Recorder } from './recorder.ts';
import type { Registry } from './registry.ts';
import type { Usage } from './usage.ts';
import type { Vault } from './vault.ts';

/** Everything a function can be granted something on. */
export interface Capabilities {
  readonly config: OffboardingConfig;
  readonly ledger: Ledger;
  readonly registry: Registry;
  readonly usage: Usage;
  readonly decisions: Decisions;
  readonly planes: PlaneResources;
  readonly vault: Vault;
  readonly evidence: Evidence;
  readonly purgeSchedule: PurgeSchedule;
  readonly recorder: Recorder;
  readonly policyGate: PolicyGate;
}
