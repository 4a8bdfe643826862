import type { JsonObject, LedgerEntry } from './ledger-entry.ts';
import { GENESIS_HASH } from './ledger-entry.ts';
import type { LifecycleState } from './lifecycle.ts';
import type { OffboardingRequest } from './plane.ts';
import type { PurgeScope } from './scope.ts';

/** `data` of the TRANSITION to PENDING_DEACTIVATE: the request, and what deregister found. */
export interface DeregistrationData {
  readonly request: OffboardingRequest;
  readonly deregistrationRequestedAt: string;
  readonly gracePeriodDays: number;
  readonly gracePeriodEnd: string;
  readonly dependents: readonly string[];
  readonly dependentCount: number;
  readonly canCancel: boolean;
}

/** `data` of the TRANSITION to ARCHIVED: what the archive stage reported. */
export interface ArchiveData {
  readonly archivedAt: string;
  /** `s3://vault/planes/<planeId>/<offboardingId>/bag/` */
  readonly archivePath: string;
  readonly archiveSizeBytes: number;
  readonly objectCount: number;
  /** SHA-256 of `manifest-sha256.txt`: names every payload's content. */
  readonly manifestHash: string;
  /** SHA-256 of `tagmanifest-sha256.txt`: names the index. Absent where an earlier version archived. */
  readonly tagManifestHash?: string;
  readonly retentionDays: number;
  readonly retentionUntil: string;
}

/** `data` of APPROVAL_REQUESTED. */
export interface ApprovalRequestData {
  readonly scopeHash: string;
  readonly scope: PurgeScope;
  /** Everybody who asked for this purge: none of them may approve it. */
  readonly requestedBy: readonly string[];
  readonly expiresAt: string;
}

/** `data` of APPROVED and REJECTED. */
export interface DecisionData {
  readonly scopeHash: string;
}

export interface Approval extends ApprovalRequestData {
  /** `outdated`: the purge found another scope than the approved one, so a new approval is needed. */
  readonly status: 'requested' | 'approved' | 'rejected' | 'expired' | 'outdated';
  readonly approvals: readonly {
    readonly actor: string;
    readonly reason: string;
    readonly at: string;
  }[];
}

export interface Hold {
  readonly reference: string;
  readonly reason: string;
  readonly placedBy: string;
  readonly placedAt: string;
}

export interface Halt {
  /** A stage's name, or `locate`, `approval`, `certificate` for the steps between stages. */
  readonly stage: string;
  readonly code: string;
  readonly message: string;
}

/** Everything decisions need to know of a plane, folded from its ledger and from nothing else. */
export interface LedgerState {
  readonly lifecycleState: LifecycleState;
  /** 0 for an empty ledger. */
  readonly seq: number;
  readonly headHash: string;
  /** The latest offboarding that left ACTIVE, also after it was cancelled. */
  readonly offboarding?: { readonly offboardingId: string } & DeregistrationData;
  readonly cancelled: boolean;
  /** Ids of offboardings that were cancelled. None of them ever comes back. */
  readonly cancelledOffboardings: readonly string[];
  /** The gate allowed DEACTIVATED: a cancel comes too late. */
  readonly deactivationCommitted: boolean;
  readonly archive?: ArchiveData;
  readonly approval?: Approval;
  /** The gate allowed PURGED under the current approval: destruction may have begun. */
  readonly purgeCommitted: boolean;
  readonly purge?: JsonObject;
  readonly certificate?: JsonObject;
  readonly holds: readonly Hold[];
  /** Set while the last thing that happened to the offboarding is a halt. */
  readonly halt?: Halt;
}

const EMPTY: LedgerState = {
  lifecycleState: 'ACTIVE',
  seq: 0,
  headHash: GENESIS_HASH,
  cancelled: false,
  cancelledOffboardings: [],
  deactivationCommitted: false,
  purgeCommitted: false,
  holds: [],
};

/** Folds a plane's entries, oldest first. Trusts them: verify the chain with `assertChain`. */
export function foldLedger(entries: readonly LedgerEntry[]): LedgerState {
  return entries.reduce(foldEntry, EMPTY);
}

/** True when this offboarding was cancelled, or when the plane is being offboarded under another id. */
export function isSuperseded(state: LedgerState, offboardingId: string): boolean {
  if (state.cancelledOffboardings.includes(offboardingId)) return true;
  return state.lifecycleState !== 'ACTIVE' && state.offboarding?.offboardingId !== offboardingId;
}

// `data` is written by the recorder only, from typed commands; the casts below say which type wrote it.
function foldEntry(before: LedgerState, entry: LedgerEntry): LedgerState {
  const state: LedgerState = {
    ...before,
    lifecycleState: entry.to,
    seq: entry.seq,
    headHash: entry.hash,
  };
  switch (entry.type) {
    case 'TRANSITION':
      return foldTransition(withoutHalt(state), entry);
    case 'GATE_PASSED':
      return entry.data.transition === 'DEACTIVATED'
        ? { ...withoutHalt(state), deactivationCommitted: true }
        : { ...withoutHalt(state), purgeCommitted: true };
    case 'HALTED':
      return foldHalt(state, entry);
    case 'APPROVAL_REQUESTED':
      return {
        ...withoutHalt(state),
        purgeCommitted: false,
        approval: {
          ...(entry.data as unknown as ApprovalRequestData),
          status: 'requested',
          approvals: [],
        },
      };
    case 'APPROVED':
      return withApproval(state, (approval) => ({
        ...approval,
        status: 'approved',
        approvals: [
          ...approval.approvals,
          { actor: entry.actor, reason: entry.reason ?? '', at: entry.at },
        ],
      }));
    case 'REJECTED':
      return withApproval(state, (approval) => ({ ...approval, status: 'rejected' }));
    case 'APPROVAL_EXPIRED':
      return withApproval(state, (approval) => ({ ...approval, status: 'expired' }));
    case 'HOLD_PLACED':
      return {
        ...state,
        holds: [
          ...state.holds,
          {
            reference: String(entry.data.reference),
            reason: entry.reason ?? '',
            placedBy: entry.actor,
            placedAt: entry.at,
          },
        ],
      };
    case 'HOLD_RELEASED':
      return {
        ...state,
        holds: state.holds.filter((hold) => hold.reference !== entry.data.reference),
      };
    case 'CERTIFIED':
      return { ...withoutHalt(state), certificate: entry.data };
    case 'BLOCKED':
      return state;
  }
}

function foldTransition(state: LedgerState, entry: LedgerEntry): LedgerState {
  switch (entry.to) {
    case 'ACTIVE':
      return {
        ...state,
        cancelled: true,
        cancelledOffboardings: [...state.cancelledOffboardings, entry.offboardingId ?? ''],
      };
    case 'PENDING_DEACTIVATE':
      return {
        ...state,
        offboarding: {
          offboardingId: entry.offboardingId ?? '',
          ...(entry.data as unknown as DeregistrationData),
        },
        cancelled: false,
        deactivationCommitted: false,
      };
    case 'DEACTIVATED':
      return state;
    case 'ARCHIVED':
      return { ...state, archive: entry.data as unknown as ArchiveData };
    case 'PURGED':
      return { ...state, purge: entry.data };
  }
}

function foldHalt(state: LedgerState, entry: LedgerEntry): LedgerState {
  // An execution that was overtaken may still fail; its failure says nothing about the offboarding under way.
  if (entry.offboardingId !== null && isSuperseded(state, entry.offboardingId)) return state;
  const halt = entry.data as unknown as Halt;
  if (halt.code !== 'SCOPE_CHANGED') return { ...state, halt };
  // Otherwise every new start would go on to the purge under an approval that no longer fits, and halt again.
  const outdated = withApproval(state, (approval) => ({ ...approval, status: 'outdated' }));
  return { ...outdated, halt, purgeCommitted: false };
}

function withoutHalt(state: LedgerState): LedgerState {
  const { halt: _, ...rest } = state;
  return rest;
}

function withApproval(state: LedgerState, change: (approval: Approval) => Approval): LedgerState {
  return state.approval ? { ...state, approval: change(state.approval) } : state;
}
