import type { ErrorCode } from './core/errors.ts';
import type { LedgerEntry } from './core/ledger-entry.ts';
import type { RecordCommand } from './core/ledger-rules.ts';
import type { RemovalData } from './core/ledger-state.ts';
import type { LifecycleState } from './core/lifecycle.ts';
import type { OffboardingRecord, PlaneRecord, PlaneTombstone } from './core/plane.ts';
import type { PurgeScope } from './core/scope.ts';

/** Ports that more than one capability needs. A port used by one folder lives in that folder. */

export type Now = () => Date;

export interface LedgerReader {
  /** Every entry of the plane, oldest first, strongly consistent. Empty for a plane that never left ACTIVE. */
  read(planeId: string): Promise<readonly LedgerEntry[]>;
}

/** The recorder as the other Lambdas see it: they ask, it decides and writes. */
export interface Recorder {
  /** @throws OffboardingError with the code of the ledger rule that refused */
  record(command: RecordCommand): Promise<LedgerEntry>;
}

export interface PlaneReader {
  /** Strongly consistent; undefined for an id that was never registered. */
  read(planeId: string): Promise<PlaneRecord | PlaneTombstone | undefined>;
}

export interface PlaneRegistry extends PlaneReader {
  create(plane: PlaneRecord): Promise<void>;
  list(options: {
    limit: number;
    nextToken?: string;
  }): Promise<{ planes: readonly (PlaneRecord | PlaneTombstone)[]; nextToken?: string }>;
  /**
   * Puts the next attempt on record, on condition that `previous` is still the latest.
   * @returns false when somebody else was faster
   */
  claimAttempt(
    planeId: string,
    next: OffboardingRecord,
    previous: OffboardingRecord | undefined,
  ): Promise<boolean>;
}

/** Written by the recorder only. */
export interface PlaneProjection {
  /** Moves the projection forward, never back; on PURGED what is left of the record becomes a tombstone. */
  project(planeId: string, state: LifecycleState, ledgerSeq: number, holds: number): Promise<void>;
}

export interface Lease {
  readonly leaseId: string;
  readonly kind: 'run' | 'query';
  readonly heldBy: string;
  /** ISO 8601 UTC. A lease counts while this lies ahead. */
  readonly expiresAt: string;
}

export interface Dependent {
  readonly dependentId: string;
  readonly kind: string;
  readonly declaredBy: string;
  /** Tells this declaration from one that was deleted. Absent where an earlier version wrote it. */
  readonly declarationId?: string;
}

export interface UsageReader {
  /** Leases that have not expired at `now`, strongly consistent. */
  activeLeases(planeId: string, now: Date): Promise<readonly Lease[]>;
  dependents(planeId: string): Promise<readonly Dependent[]>;
}

/** Puts replace what the same caller has under the same id, and answer it; deletes say whether there was anything. */
export interface UsageWriter {
  /** @throws OffboardingError `USAGE_TAKEN` while somebody else holds a lease of this id, which has not expired at `now` */
  putLease(planeId: string, lease: Lease, now: Date): Promise<Lease | undefined>;
  /** Only this holder's. */
  deleteLease(planeId: string, leaseId: string, heldBy: string): Promise<boolean>;
  /**
   * What is there keeps its `declarationId`.
   * @throws OffboardingError `USAGE_TAKEN` when somebody else has declared it
   */
  putDependent(planeId: string, dependent: Dependent): Promise<Dependent | undefined>;
  /** Only this declaration. */
  deleteDependent(
    planeId: string,
    dependentId: string,
    declaration: Pick<Dependent, 'declaredBy' | 'declarationId'>,
  ): Promise<boolean>;
}

/** What an approver is asked. The task token is stored beside it, encrypted, and never leaves the server side. */
export interface PendingDecision {
  readonly planeId: string;
  readonly offboardingId: string;
  readonly scope: PurgeScope;
  readonly scopeHash: string;
  readonly requestedBy: readonly string[];
  readonly requestedAt: string;
  readonly expiresAt: string;
}

export interface PendingDecisions {
  put(decision: PendingDecision, taskToken: string): Promise<void>;
  /** Undefined when nothing is waited for. Strongly consistent. */
  read(planeId: string): Promise<PendingDecision | undefined>;
  /** The decrypted task token of the pending decision, undefined when nothing is waited for. */
  readTaskToken(planeId: string): Promise<string | undefined>;
  /** Deletes the decision if it is still the one about `scopeHash`; not found is fine. */
  delete(planeId: string, scopeHash: string): Promise<void>;
}

/** Who calls the API, as the gateway has authenticated them (docs/decisions/0003-caller-identity.md). */
export interface Caller {
  /** Stable, and what the ledger names. */
  readonly identity: string;
  /** Of a role's session: the role, without the session. Roles are given by it, the ledger never names it. */
  readonly roleArn?: string;
}

/** May this caller do this to this plane? What is not named here the gate reads for itself. */
export type GateQuestion = { readonly planeId: string; readonly caller: Caller } & (
  | { readonly action: 'cancel' | 'hold' | 'release' }
  | {
      readonly action: 'start' | 'force';
      readonly gracePeriodDays: number;
      readonly retentionDays: number;
      readonly erasure: boolean;
      readonly forceReason: string | null;
    }
  | { readonly action: 'approve' | 'reject'; readonly scopeHash: string }
  | { readonly action: 'removeDependent' | 'removeLease'; readonly usageId: string }
);

export interface GateReason {
  /** `@id` of the policy that says so: `policies/*.cedar`. */
  readonly policy: string;
  readonly code: ErrorCode;
  /** Counts and ids, never what a caller wrote. */
  readonly message: string;
}

/** `PENDING`: nobody forbids it, but something is still missing. */
export type GateAnswer =
  | {
      readonly decision: 'ALLOWED';
      readonly reasons: readonly [];
      /** Who asked for the force first, where it takes two people. */
      readonly forceRequestedBy?: string;
      /** What there is to remove, as the gate has found it. */
      readonly removes?: Omit<RemovalData, 'id'>;
    }
  | { readonly decision: 'PENDING'; readonly reasons: readonly [GateReason, ...GateReason[]] }
  | { readonly decision: 'BLOCKED'; readonly reasons: readonly [GateReason, ...GateReason[]] };

/** The policy gate as the API sees it: asked before anything is done for a caller. */
export interface PolicyGate {
  /**
   * @returns `ALLOWED` or `PENDING`
   * @throws OffboardingError when it is BLOCKED, which is then on record: the code of the first reason, all of them as
   *   `details.reasons`; `PLANE_NOT_FOUND`
   */
  authorise(question: GateQuestion): Promise<Exclude<GateAnswer, { decision: 'BLOCKED' }>>;
}
