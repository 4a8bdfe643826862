import type { JsonObject } from './ledger-entry.ts';
import type { LifecycleState, ProtectedTransition } from './lifecycle.ts';
import type { OffboardingRequest } from './plane.ts';
import type { PurgeScope } from './scope.ts';

/** What the deregister stage reported. */
export interface DeregisterData {
  readonly deregistrationRequestedAt: string;
  readonly gracePeriodDays: number;
  /** ISO 8601 UTC, computed by deregister once; every later step reads it from the ledger. */
  readonly gracePeriodEnd: string;
  readonly dependents: readonly string[];
  readonly dependentCount: number;
  readonly canCancel: boolean;
}

/** `data` of the TRANSITION to PENDING_DEACTIVATE. */
export interface DeregistrationData extends DeregisterData {
  readonly request: OffboardingRequest;
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
  /** How many different people must approve. Absent where an earlier version asked: 1. */
  readonly requiredApprovals?: number;
  readonly expiresAt: string;
}

/** `data` of APPROVAL_REMINDED. */
export interface ReminderData {
  readonly level: 'reminder' | 'escalation';
  readonly scopeHash: string;
  readonly expiresAt: string;
}

/** What can need a plane: a lease of either kind, or a dependent. */
export const USES = ['query', 'run', 'dependent'] as const;

/** `data` of USE_NOTICED. `gracePeriodEnd`, if there, is the later end that the use has brought about. */
export interface UseData {
  readonly use: (typeof USES)[number];
  readonly gracePeriodEnd?: string;
  /** Of a dependent, from its declaration until it is deleted. Absent where an earlier version recorded. */
  readonly declarationId?: string;
}

/** `data` of USAGE_REMOVED. */
export interface RemovalData {
  readonly use: UseData['use'];
  /** Of the lease or the dependent. */
  readonly id: string;
  /** Who held the lease, or has declared the dependent. */
  readonly whose: string;
  readonly declarationId?: string;
}

/** `data` of GATE_PASSED. */
export interface PassageData {
  readonly transition: ProtectedTransition;
  /** `factsSeq` of the ledger that the gate has decided on. Absent for PURGED, and where an earlier version decided. */
  readonly decidedAtSeq?: number;
  /** Who still names the plane, and was acknowledged. */
  readonly acknowledgedDependents?: readonly string[];
}

/** `data` of RESTARTED. */
export interface RestartData {
  /** Of the execution; absent where somebody has chosen its name in the console. */
  readonly attempt?: number;
  readonly erasure: boolean;
  /** Beside those that were acknowledged before. */
  readonly acknowledgedDependents?: readonly string[];
}

/** `data` of FORCE_REQUESTED. */
export interface ForceRequestData {
  /** Until then a second person may start what the first asked for. */
  readonly expiresAt: string;
}

export interface Approval extends ApprovalRequestData {
  readonly requiredApprovals: number;
  /**
   * `requested` until enough people have approved. `outdated`: the purge found another scope than the approved one, so a
   * new approval is needed.
   */
  readonly status: 'requested' | 'approved' | 'rejected' | 'expired' | 'outdated';
  /** One a person, in the order in which they came. */
  readonly approvals: readonly {
    readonly actor: string;
    readonly reason: string;
    readonly at: string;
  }[];
  readonly reminders: readonly { readonly level: ReminderData['level']; readonly at: string }[];
}

/** Somebody used the plane, or declared that they need it, although its grace period was running. */
export interface NoticedUse {
  readonly by: string;
  readonly use: UseData['use'];
  readonly declarationId?: string;
  readonly at: string;
  /** The offboarding has halted for it. */
  readonly halted: boolean;
  /** After that it was started again by somebody who could know. */
  readonly answered: boolean;
}

/** Somebody has started the offboarding again. */
export interface Restart extends RestartData {
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

/** The first of the two people that a force takes has asked for it. */
export interface ForceRequest extends ForceRequestData {
  readonly requestedBy: string;
  readonly reason: string;
  readonly requestedAt: string;
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
  /** Of the latest entry that may change a decision: a refusal changes none. */
  readonly factsSeq: number;
  readonly headHash: string;
  /** The latest offboarding that left ACTIVE, also after it was cancelled. Its `gracePeriodEnd` is the one in force. */
  readonly offboarding?: { readonly offboardingId: string } & DeregistrationData;
  /** Of the latest offboarding, oldest first. */
  readonly noticedUses: readonly NoticedUse[];
  /** Of the latest offboarding, oldest first. */
  readonly restarts: readonly Restart[];
  /** Who has removed somebody else's usage, and so what stood in the way of the latest offboarding. */
  readonly removers: readonly string[];
  /** Stands until the plane is deregistered; whoever looks at it compares `expiresAt`. */
  readonly forceRequest?: ForceRequest;
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
  /** The executed certificate: the offboarding is done. */
  readonly certificate?: JsonObject;
  /** The final one: every residual copy has run out. */
  readonly finalCertificate?: JsonObject;
  readonly holds: readonly Hold[];
  /** Set while the last thing that happened to the offboarding is a halt. */
  readonly halt?: Halt;
}

/** True when this offboarding was cancelled, or when the plane is being offboarded under another id. */
export function isSuperseded(state: LedgerState, offboardingId: string): boolean {
  if (state.cancelledOffboardings.includes(offboardingId)) return true;
  return state.lifecycleState !== 'ACTIVE' && state.offboarding?.offboardingId !== offboardingId;
}
