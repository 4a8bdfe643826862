import { hashOf } from './canonical.ts';
import { OffboardingError } from './errors.ts';
import type { LifecycleState } from './lifecycle.ts';

export const LEDGER_ENTRY_TYPES = [
  'TRANSITION',
  'GATE_PASSED',
  'BLOCKED',
  'HALTED',
  'RESTARTED',
  'FORCE_REQUESTED',
  'USE_NOTICED',
  'USAGE_REMOVED',
  'APPROVAL_REQUESTED',
  'APPROVAL_REMINDED',
  'APPROVED',
  'REJECTED',
  'APPROVAL_EXPIRED',
  'HOLD_PLACED',
  'HOLD_RELEASED',
  'CERTIFIED',
] as const;
export type LedgerEntryType = (typeof LEDGER_ENTRY_TYPES)[number];

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** One link of a plane's audit trail. Only TRANSITION changes the state; for every other type `from` equals `to`. */
export interface LedgerEntry {
  readonly planeId: string;
  /** 1, 2, 3 … without gaps, at most once per plane. */
  readonly seq: number;
  /** null for what happens before an offboarding began: holds, the first half of a force, a refused attempt. */
  readonly offboardingId: string | null;
  readonly type: LedgerEntryType;
  readonly from: LifecycleState;
  readonly to: LifecycleState;
  /** A normalised IAM ARN, or `workflow` for what the state machine does by itself. */
  readonly actor: string;
  readonly reason: string | null;
  /** Ids, counts, hashes and times; never a document name or personal data. */
  readonly data: JsonObject;
  /** ISO 8601 UTC, milliseconds. */
  readonly at: string;
  readonly idempotencyKey: string;
  readonly prevHash: string;
  /** SHA-256 of the canonical JSON (RFC 8785) of everything above, in lower-case hex. */
  readonly hash: string;
}

/** `prevHash` of the first entry. */
export const GENESIS_HASH = '0'.repeat(64);

export async function sealEntry(entry: Omit<LedgerEntry, 'hash'>): Promise<LedgerEntry> {
  return { ...entry, hash: await hashOf(entry) };
}

/**
 * Recomputes the chain of one plane from its first entry.
 * @throws OffboardingError `LEDGER_CORRUPT` naming the first `seq` that does not hold, and why.
 */
export async function assertChain(entries: readonly LedgerEntry[]): Promise<void> {
  let prevHash = GENESIS_HASH;
  let state: LifecycleState = 'ACTIVE';
  for (const [index, { hash, ...rest }] of entries.entries()) {
    const corrupt = (why: string) =>
      new OffboardingError(
        'LEDGER_CORRUPT',
        `ledger entry ${index + 1} of ${rest.planeId}: ${why}`,
      );
    if (rest.seq !== index + 1) throw corrupt(`expected seq ${index + 1}, found ${rest.seq}`);
    if (rest.planeId !== entries[0]?.planeId) throw corrupt('belongs to another plane');
    if (rest.prevHash !== prevHash) throw corrupt('does not follow the entry before it');
    if (rest.from !== state) throw corrupt(`starts from ${rest.from}, the plane was ${state}`);
    if ((await hashOf(rest)) !== hash) throw corrupt('its content does not match its hash');
    prevHash = hash;
    state = rest.to;
  }
}
