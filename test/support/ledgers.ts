import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import { type JsonObject, type LedgerEntry, sealEntry } from '../../lambdas/core/ledger-entry.ts';
import { assertMayRecord, type RecordCommand } from '../../lambdas/core/ledger-rules.ts';
import type { DeregistrationData } from '../../lambdas/core/ledger-state.ts';
import type { LifecycleState, ProtectedTransition } from '../../lambdas/core/lifecycle.ts';
import {
  APPROVER,
  archiveData,
  deregistrationData,
  OFFBOARDING_ID,
  PLANE_ID,
  purgeScope,
  REQUESTER,
  TIMES,
} from './builders.ts';

/** A command, and when it is recorded. */
export type Step = Partial<RecordCommand> & Pick<RecordCommand, 'type'> & { readonly at: string };

/** What the workflow asks the recorder to write, but for what the step says otherwise. */
export function commandOf(
  { at: _, ...step }: Omit<Step, 'at'> & { readonly at?: string },
  idempotencyKey = 'execution/state',
): RecordCommand {
  return {
    planeId: PLANE_ID,
    offboardingId: OFFBOARDING_ID,
    actor: 'workflow',
    reason: null,
    data: {},
    idempotencyKey,
    ...step,
  };
}

export const SCOPE_HASH = 'c'.repeat(64);

export const deregistered = (changes: Partial<DeregistrationData> = {}): Step => ({
  type: 'TRANSITION',
  to: 'PENDING_DEACTIVATE',
  actor: REQUESTER,
  data: json(deregistrationData(changes)),
  at: TIMES.requested,
});
export const cancelled: Step = {
  type: 'TRANSITION',
  to: 'ACTIVE',
  actor: REQUESTER,
  at: '2026-11-23T10:00:00.000Z',
};
export const gatePassed = (transition: ProtectedTransition): Step => ({
  type: 'GATE_PASSED',
  data: { transition },
  at: transition === 'PURGED' ? TIMES.approved : TIMES.graceEnd,
});
export const deactivated: Step = { type: 'TRANSITION', to: 'DEACTIVATED', at: TIMES.graceEnd };
export const archived: Step = {
  type: 'TRANSITION',
  to: 'ARCHIVED',
  data: json(archiveData()),
  at: TIMES.archived,
};
export const approvalRequested: Step = {
  type: 'APPROVAL_REQUESTED',
  data: json({
    scopeHash: SCOPE_HASH,
    scope: purgeScope(),
    requestedBy: [REQUESTER],
    expiresAt: TIMES.approvalExpires,
  }),
  at: TIMES.retentionUntil,
};
export const approved: Step = {
  type: 'APPROVED',
  actor: APPROVER,
  reason: 'nothing is needed any more',
  data: { scopeHash: SCOPE_HASH },
  at: TIMES.approved,
};
export const rejected: Step = { ...approved, type: 'REJECTED', reason: 'still in litigation' };
export const approvalExpired: Step = { type: 'APPROVAL_EXPIRED', at: TIMES.approvalExpires };
export const purged: Step = {
  type: 'TRANSITION',
  to: 'PURGED',
  data: { recordsDeleted: 9, bytesDeleted: 5000 },
  at: TIMES.purged,
};
export const certified: Step = { type: 'CERTIFIED', at: TIMES.purged };
export const holdPlaced = (reference = 'case-1', at: string = TIMES.requested): Step => ({
  type: 'HOLD_PLACED',
  offboardingId: null,
  actor: APPROVER,
  reason: 'litigation',
  data: { reference },
  at,
});
export const holdReleased = (reference = 'case-1', at: string = TIMES.requested): Step => ({
  ...holdPlaced(reference, at),
  type: 'HOLD_RELEASED',
});
export const useNoticed = (at: string, gracePeriodEnd?: string): Step => ({
  type: 'USE_NOTICED',
  actor: 'arn:aws:iam::111122223333:role/pipeline',
  data: { use: 'run', ...(gracePeriodEnd !== undefined && { gracePeriodEnd }) },
  at,
});
export const halted = (stage: string, code: string, at: string = TIMES.graceEnd): Step => ({
  type: 'HALTED',
  data: { stage, code, message: `${stage} failed` },
  at,
});

export const restarted = (
  actor: string,
  acknowledgedDependents: readonly string[] = [],
  at: string = TIMES.graceEnd,
): Step => ({
  type: 'RESTARTED',
  actor,
  reason: 'they know',
  data: { erasure: false, ...(acknowledgedDependents.length > 0 && { acknowledgedDependents }) },
  at,
});

const TO_DEACTIVATED = [deregistered(), gatePassed('DEACTIVATED'), deactivated];
const TO_PURGED = [
  ...TO_DEACTIVATED,
  archived,
  approvalRequested,
  approved,
  gatePassed('PURGED'),
  purged,
];

/** The shortest way from a new plane to each state. */
export const JOURNEYS: Readonly<Record<LifecycleState, readonly Step[]>> = {
  ACTIVE: [],
  PENDING_DEACTIVATE: [deregistered()],
  DEACTIVATED: TO_DEACTIVATED,
  ARCHIVED: [...TO_DEACTIVATED, archived],
  PURGED: TO_PURGED,
};

/** A ledger that the recorder could have written: every step is judged by the rules. */
export async function ledgerOf(...steps: readonly Step[]): Promise<readonly LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for (const step of steps) {
    const state = foldLedger(entries);
    const command = commandOf(step, `step-${state.seq + 1}`);
    assertMayRecord(state, command, step.at);
    const { to = state.lifecycleState, ...rest } = command;
    entries.push(
      await sealEntry({
        ...rest,
        seq: state.seq + 1,
        from: state.lifecycleState,
        to,
        at: step.at,
        prevHash: state.headHash,
      }),
    );
  }
  return entries;
}

/** What a value looks like after it was written and read. */
function json(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value));
}
