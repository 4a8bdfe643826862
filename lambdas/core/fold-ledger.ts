import { GENESIS_HASH, type LedgerEntry } from './ledger-entry.ts';
import {
  type Approval,
  type ApprovalRequestData,
  type ArchiveData,
  type DeregistrationData,
  type ForceRequestData,
  type Halt,
  isSuperseded,
  type LedgerState,
  type ReminderData,
  type RestartData,
  type UseData,
} from './ledger-state.ts';

const EMPTY: LedgerState = {
  lifecycleState: 'ACTIVE',
  seq: 0,
  factsSeq: 0,
  headHash: GENESIS_HASH,
  cancelled: false,
  cancelledOffboardings: [],
  noticedUses: [],
  restarts: [],
  removers: [],
  deactivationCommitted: false,
  purgeCommitted: false,
  holds: [],
};

/** Folds a plane's entries, oldest first. Trusts them: verify the chain with `assertChain`. */
export function foldLedger(entries: readonly LedgerEntry[]): LedgerState {
  return entries.reduce(foldEntry, EMPTY);
}

// `data` is written by the recorder only, from typed commands; the casts below say which type wrote it.
function foldEntry(before: LedgerState, entry: LedgerEntry): LedgerState {
  const state: LedgerState = {
    ...before,
    lifecycleState: entry.to,
    seq: entry.seq,
    factsSeq: entry.type === 'BLOCKED' ? before.factsSeq : entry.seq,
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
    case 'RESTARTED':
      return foldRestart(state, entry);
    case 'APPROVAL_REQUESTED':
      return {
        ...withoutHalt(state),
        purgeCommitted: false,
        approval: {
          requiredApprovals: 1,
          ...(entry.data as unknown as ApprovalRequestData),
          status: 'requested',
          approvals: [],
          reminders: [],
        },
      };
    case 'APPROVAL_REMINDED': {
      const { level } = entry.data as unknown as ReminderData;
      return withApproval(state, (approval) => ({
        ...approval,
        reminders: [...approval.reminders, { level, at: entry.at }],
      }));
    }
    case 'APPROVED':
      return withApproval(state, (approval) => foldApproved(approval, entry));
    case 'REJECTED':
      return withApproval(state, (approval) => ({ ...approval, status: 'rejected' }));
    case 'APPROVAL_EXPIRED':
      return withApproval(state, (approval) => ({ ...approval, status: 'expired' }));
    case 'FORCE_REQUESTED':
      return {
        ...state,
        forceRequest: {
          ...(entry.data as unknown as ForceRequestData),
          requestedBy: entry.actor,
          reason: entry.reason ?? '',
          requestedAt: entry.at,
        },
      };
    case 'USE_NOTICED':
      return foldUse(state, entry);
    case 'USAGE_REMOVED':
      return entry.data.whose === entry.actor
        ? state
        : { ...state, removers: [...state.removers, entry.actor] };
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
      return entry.data.phase === 'final'
        ? { ...state, finalCertificate: entry.data }
        : { ...withoutHalt(state), certificate: entry.data };
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
        ...withoutForceRequest(state),
        noticedUses: [],
        restarts: [],
        removers: [],
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
  if (halt.code === 'PLANE_IN_USE')
    return {
      ...state,
      halt,
      noticedUses: state.noticedUses.map((use) => ({ ...use, halted: true })),
    };
  if (halt.code !== 'SCOPE_CHANGED') return { ...state, halt };
  // Otherwise every new start would go on to the purge under an approval that no longer fits, and halt again.
  const outdated = withApproval(state, (approval) => ({ ...approval, status: 'outdated' }));
  return { ...outdated, halt, purgeCommitted: false };
}

/** Whoever starts again after a halt has answered for what it names, and for nothing that came after it. */
function foldRestart(state: LedgerState, { actor, reason, at, data }: LedgerEntry): LedgerState {
  const restart = { ...(data as unknown as RestartData), by: actor, reason: reason ?? '', at };
  return {
    ...state,
    restarts: [...state.restarts, restart],
    noticedUses: state.noticedUses.map((use) => ({ ...use, answered: use.halted })),
  };
}

function foldApproved(approval: Approval, { actor, reason, at }: LedgerEntry): Approval {
  if (approval.approvals.some((earlier) => earlier.actor === actor)) return approval;
  const approvals = [...approval.approvals, { actor, reason: reason ?? '', at }];
  const enough = approvals.length >= approval.requiredApprovals;
  return { ...approval, approvals, ...(enough && { status: 'approved' }) };
}

function foldUse(state: LedgerState, { actor, at, data }: LedgerEntry): LedgerState {
  const { use, gracePeriodEnd, declarationId } = data as unknown as UseData;
  const noticed = {
    by: actor,
    use,
    ...(declarationId && { declarationId }),
    at,
    halted: false,
    answered: false,
  };
  return {
    ...state,
    noticedUses: [...state.noticedUses, noticed],
    ...(state.offboarding &&
      gracePeriodEnd !== undefined && { offboarding: { ...state.offboarding, gracePeriodEnd } }),
  };
}

function withoutForceRequest(state: LedgerState): LedgerState {
  const { forceRequest: _, ...rest } = state;
  return rest;
}

function withoutHalt(state: LedgerState): LedgerState {
  const { halt: _, ...rest } = state;
  return rest;
}

function withApproval(state: LedgerState, change: (approval: Approval) => Approval): LedgerState {
  return state.approval ? { ...state, approval: change(state.approval) } : state;
}
