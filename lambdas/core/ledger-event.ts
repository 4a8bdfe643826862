import type { JsonObject, JsonValue, LedgerEntry, LedgerEntryType } from './ledger-entry.ts';

/** `source` of every event of this product. */
export const EVENT_SOURCE = 'knowledge-plane-offboarding';

/** `detail-type` of an entry's event: what rules are written with. docs/events.md lists them. */
export const DETAIL_TYPES: Readonly<Record<LedgerEntryType, string>> = {
  TRANSITION: 'Plane state changed',
  GATE_PASSED: 'Policy gate passed',
  BLOCKED: 'Attempt blocked',
  HALTED: 'Offboarding halted',
  RESTARTED: 'Offboarding started again',
  FORCE_REQUESTED: 'Force requested',
  USE_NOTICED: 'Use noticed',
  USAGE_REMOVED: 'Usage removed',
  APPROVAL_REQUESTED: 'Approval requested',
  APPROVAL_REMINDED: 'Approval reminder',
  APPROVED: 'Approval given',
  REJECTED: 'Approval rejected',
  APPROVAL_EXPIRED: 'Approval expired',
  HOLD_PLACED: 'Legal hold placed',
  HOLD_RELEASED: 'Legal hold released',
  CERTIFIED: 'Certificate issued',
};

/**
 * What of an entry's `data` leaves the account's inner circle: ids, counts, hashes and times that a consumer acts on. What is not
 * named here stays in the ledger.
 */
export const PUBLISHED_DATA: Readonly<Record<LedgerEntryType, readonly string[]>> = {
  TRANSITION: [
    'gracePeriodEnd',
    'dependentCount',
    'deactivatedAt',
    'objectCount',
    'archiveSizeBytes',
    'manifestHash',
    'retentionUntil',
    'purgedAt',
    'bytesDeleted',
    'recordsDeleted',
  ],
  GATE_PASSED: ['transition'],
  BLOCKED: ['action', 'transition', 'decision', 'code'],
  HALTED: ['stage', 'code'],
  RESTARTED: ['attempt', 'erasure'],
  FORCE_REQUESTED: ['expiresAt'],
  USE_NOTICED: ['use', 'gracePeriodEnd'],
  USAGE_REMOVED: ['use', 'id', 'whose'],
  APPROVAL_REQUESTED: ['scopeHash', 'requiredApprovals', 'expiresAt'],
  APPROVAL_REMINDED: ['level', 'scopeHash', 'expiresAt'],
  APPROVED: ['scopeHash'],
  REJECTED: ['scopeHash'],
  APPROVAL_EXPIRED: [],
  HOLD_PLACED: ['reference'],
  HOLD_RELEASED: ['reference'],
  CERTIFIED: ['phase', 'certificateHash', 'keyId'],
};

/** `detail` of an entry's event. No reason: people write those. */
export interface LedgerEventDetail {
  readonly planeId: string;
  /** With `planeId` the identity of the event: the same pair again is the same event again. */
  readonly seq: number;
  readonly offboardingId: string | null;
  readonly type: LedgerEntryType;
  readonly from: string;
  readonly to: string;
  readonly actor: string;
  readonly at: string;
  readonly hash: string;
  readonly data: JsonObject;
}

/** What is published of an entry. */
export function eventDetail(entry: LedgerEntry): LedgerEventDetail {
  const { planeId, seq, offboardingId, type, from, to, actor, at, hash } = entry;
  const known = type === 'BLOCKED' ? { ...entry.data, code: firstCode(entry.data) } : entry.data;
  const data = Object.fromEntries(
    PUBLISHED_DATA[type].flatMap((name) => {
      const value = known[name];
      return ['string', 'number', 'boolean'].includes(typeof value) && value !== undefined
        ? [[name, value]]
        : [];
    }),
  );
  return { planeId, seq, offboardingId, type, from, to, actor, at, hash, data };
}

/** Of a refusal's reasons, which name more than is published, the one that whoever was refused has seen. */
function firstCode({ reasons }: JsonObject): JsonValue {
  const [first] = Array.isArray(reasons) ? reasons : [];
  return Object(first).code ?? null;
}
