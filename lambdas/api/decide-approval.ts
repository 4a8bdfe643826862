import { isStanding, questionIn } from '../core/approval-question.ts';
import { OffboardingError } from '../core/errors.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import type { LedgerEntry } from '../core/ledger-entry.ts';
import type { Approval } from '../core/ledger-state.ts';
import type {
  Caller,
  LedgerReader,
  PendingDecision,
  PendingDecisions,
  PolicyGate,
  Recorder,
} from '../ports.ts';
import type { DecideApprovalBody } from './bodies/approval-body.ts';
import type { TaskCallback } from './ports.ts';
import { relayDecision } from './relay-decision.ts';

export interface ApprovalPorts {
  readonly ledger: LedgerReader;
  readonly decisions: PendingDecisions;
  readonly recorder: Recorder;
  readonly gate: PolicyGate;
  readonly callback: TaskCallback;
}

export interface Decided {
  readonly planeId: string;
  readonly offboardingId: string;
  readonly decision: 'approve' | 'reject';
  readonly scopeHash: string;
  readonly decidedBy: string;
  /** `AWAITING_APPROVALS`: the approval is on record, and the purge waits until as many as `approvals` says have approved. */
  readonly status: 'APPROVED' | 'REJECTED' | 'AWAITING_APPROVALS';
  readonly approvals: ApprovalCount;
}

export interface ApprovalCount {
  readonly required: number;
  readonly given: number;
  readonly missing: number;
}

export function approvalCount({ requiredApprovals, approvals }: Approval): ApprovalCount {
  const missing = Math.max(0, requiredApprovals - approvals.length);
  return { required: requiredApprovals, given: approvals.length, missing };
}

/**
 * The decision that is being waited for now, undefined when there is none. What a crash left behind after the decision
 * is not waited for: the ledger knows.
 */
export function openDecision(
  pending: PendingDecision | undefined,
  entries: readonly LedgerEntry[],
  now: Date,
): PendingDecision | undefined {
  const { lifecycleState, approval, purgeCommitted } = foldLedger(entries);
  if (lifecycleState !== 'ARCHIVED' || !isStanding(approval) || purgeCommitted) return undefined;
  // The question is on record before it is put here: until then, what is here is an earlier one.
  if (pending?.requestedAt !== questionIn(entries)?.at) return undefined;
  return pending && now < new Date(pending.expiresAt) ? pending : undefined;
}

/**
 * Approves or rejects the purge that is being asked for. An approval is on record before the workflow hears of it, and it
 * hears of it when as many people as the question wants have approved; a rejection is recorded by the workflow. Every step
 * may be repeated, so the same decision again finishes what a crash interrupted.
 * @throws OffboardingError `NO_OPEN_APPROVAL`, `APPROVAL_CLOSED`, and what the policy gate refuses with: `NOT_PERMITTED`,
 *   `STALE_SCOPE_HASH`, `APPROVER_IS_REQUESTER`
 */
export async function decideApproval(
  ports: ApprovalPorts,
  planeId: string,
  { body, caller: principal, now }: { body: DecideApprovalBody; caller: Caller; now: Date },
): Promise<Decided> {
  const { decision, scopeHash } = body;
  await ports.gate.authorise({ action: decision, planeId, caller: principal, scopeHash });
  const caller = principal.identity;
  const entries = await ports.ledger.read(planeId);
  const question = questionIn(entries);
  const pending = openDecision(await ports.decisions.read(planeId), entries, now);
  if (!pending || !question) {
    if (isDecided(entries, body, caller)) return decided(planeId, entries, body, caller);
    throw new OffboardingError('NO_OPEN_APPROVAL', `no decision about ${planeId} is waited for`);
  }
  if (pending.scopeHash !== scopeHash)
    throw new OffboardingError('STALE_SCOPE_HASH', 'the decision is about another scope');
  let known = entries;
  if (decision === 'approve') {
    // The same scope may be asked about again: the question's place in the ledger keeps the two approvals apart.
    await recordApproval(ports.recorder, pending, body, caller, question.seq);
    known = await ports.ledger.read(planeId);
    if (foldLedger(known).approval?.status === 'requested')
      return decided(planeId, known, body, caller);
  }

  const sent = await handOver(ports, pending, body, caller);
  await ports.decisions.delete(planeId, pending.scopeHash);
  if (sent === 'closed') {
    // Either somebody else was faster, or this caller's own earlier try got through. An approval recorded just now proves nothing.
    known = decision === 'approve' ? entries : await ports.ledger.read(planeId);
    if (!isDecided(known, body, caller))
      throw new OffboardingError('APPROVAL_CLOSED', 'the workflow has stopped waiting');
  }
  return decided(planeId, known, body, caller);
}

/** True when the ledger says that this caller has taken this decision, and that it stands. */
function isDecided(
  entries: readonly LedgerEntry[],
  { decision, scopeHash }: DecideApprovalBody,
  caller: string,
): boolean {
  const { approval } = foldLedger(entries);
  if (approval?.scopeHash !== scopeHash) return false;
  if (decision === 'approve')
    return (
      approval.status === 'approved' && approval.approvals.some(({ actor }) => actor === caller)
    );
  const rejection = entries.findLast((entry) => entry.type === 'REJECTED');
  return approval.status === 'rejected' && rejection?.actor === caller;
}

async function recordApproval(
  recorder: Recorder,
  { planeId, offboardingId, scopeHash }: PendingDecision,
  { reason }: DecideApprovalBody,
  actor: string,
  questionSeq: number,
): Promise<void> {
  await recorder.record({
    planeId,
    offboardingId,
    type: 'APPROVED',
    actor,
    reason,
    data: { scopeHash },
    idempotencyKey: `approve/${offboardingId}/${questionSeq}/${actor}`,
  });
}

function handOver(
  ports: ApprovalPorts,
  { planeId, scopeHash }: PendingDecision,
  { decision, reason }: DecideApprovalBody,
  caller: string,
): Promise<'sent' | 'closed'> {
  return relayDecision(ports, planeId, { decision, scopeHash, decidedBy: caller, reason });
}

function decided(
  planeId: string,
  entries: readonly LedgerEntry[],
  { decision, scopeHash }: DecideApprovalBody,
  caller: string,
): Decided {
  const { offboarding, approval } = foldLedger(entries);
  if (!approval) throw new Error(`${planeId} was decided about without having been asked about`);
  const approvals = approvalCount(approval);
  return {
    planeId,
    offboardingId: offboarding?.offboardingId ?? '',
    decision,
    scopeHash,
    decidedBy: caller,
    status:
      decision === 'reject'
        ? 'REJECTED'
        : approvals.missing > 0
          ? 'AWAITING_APPROVALS'
          : 'APPROVED',
    approvals,
  };
}
