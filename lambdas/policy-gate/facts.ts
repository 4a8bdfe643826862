import { isStanding, questionIn } from '../core/approval-question.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import { type UseDuringGrace, usesToAnswer } from '../core/grace-use.ts';
import type { LedgerEntry } from '../core/ledger-entry.ts';
import type { Approval, LedgerState } from '../core/ledger-state.ts';
import type { LifecycleState } from '../core/lifecycle.ts';
import { requestersOf } from '../core/requesters.ts';
import type { Dependent, Lease, Now, UsageReader } from '../ports.ts';

const DAY_MS = 86_400_000;

export interface FactPorts {
  readonly usage: UsageReader;
  readonly useDuringGrace: UseDuringGrace;
  readonly now: Now;
}

/** What the gate knows about a plane. Nothing that a caller says about it is a fact. */
export interface PlaneFacts {
  readonly lifecycleState: LifecycleState;
  readonly openHolds: number;
  /** Unexpired leases. */
  readonly activeUsage: number;
  /** During the grace period, and nobody has answered for them. */
  readonly unansweredUses: number;
  /** Ids, sorted. */
  readonly dependents: readonly string[];
  readonly deactivationCommitted: boolean;
  readonly purgeCommitted: boolean;
  readonly daysSinceDeregistration?: number;
  readonly daysInArchive?: number;
  readonly retentionOver: boolean;
  readonly erasure: boolean;
  /** Everybody who asked for this offboarding or for its purge. */
  readonly requesters: readonly string[];
  /** Everybody on whose word the grace period was skipped, as far as the ledger knows their word. */
  readonly forcers: readonly string[];
  /** Who has asked for a force that may still be made use of. */
  readonly forceRequestedBy?: string;
  readonly approval?: ApprovalFacts;
}

/** A purge that is being asked for, or was approved. */
export interface ApprovalFacts extends Pick<Approval, 'scopeHash' | 'requiredApprovals'> {
  /** `requested`: the workflow waits for an answer. */
  readonly isOpen: boolean;
  /** One a person. */
  readonly approvals: readonly { readonly approver: string; readonly scopeHash: string }[];
}

/** What an execution of the workflow was started with, beside what the ledger knows of its offboarding. */
export interface AskedNow {
  readonly requestedBy?: string;
  readonly erasure?: boolean;
}

/** Who needs the plane now. */
export interface PlaneUsage {
  readonly dependents: readonly Dependent[];
  /** Unexpired. */
  readonly leases: readonly Lease[];
}

/** To be read after the ledger: a use is written first, and then put on record. */
export async function readUsage({ usage, now }: FactPorts, planeId: string): Promise<PlaneUsage> {
  const dependents = await usage.dependents(planeId);
  return { dependents, leases: await usage.activeLeases(planeId, now()) };
}

/** @param entries everything that the plane's ledger holds */
export function factsOf(
  { useDuringGrace, now: clock }: FactPorts,
  entries: readonly LedgerEntry[],
  { dependents, leases }: PlaneUsage,
  asked: AskedNow = {},
): PlaneFacts {
  const now = clock();
  const ledger = foldLedger(entries);
  const { lifecycleState, offboarding, archive, holds, approval } = ledger;
  const begun = lifecycleState === 'ACTIVE' ? undefined : offboarding;
  // A purge that was let pass goes on under its approvals, whoever starts it again: that asks for nothing new.
  const asking =
    ledger.purgeCommitted || asked.requestedBy === undefined ? [] : [asked.requestedBy];
  const { restarts, removers } = ledger;
  const further = ledger.purgeCommitted || !begun ? {} : { restarts, removers };
  const forceRequestedBy = openForceRequest(ledger, now);
  const approvalFacts = approvalFactsOf(approval, entries);
  return {
    lifecycleState,
    openHolds: holds.length,
    activeUsage: leases.length,
    unansweredUses: usesToAnswer(ledger, useDuringGrace).length,
    dependents: dependents.map(({ dependentId }) => dependentId).sort(),
    deactivationCommitted: ledger.deactivationCommitted,
    purgeCommitted: ledger.purgeCommitted,
    ...(begun && { daysSinceDeregistration: daysSince(begun.deregistrationRequestedAt, now) }),
    ...(archive && { daysInArchive: daysSince(archive.archivedAt, now) }),
    retentionOver: archive !== undefined && now >= new Date(archive.retentionUntil),
    erasure: Boolean(begun?.request.erasure || asked.erasure),
    requesters: requestersOf(
      { offboarding: begun, ...further },
      ...asking,
      ...(approval?.requestedBy ?? []),
    ),
    forcers: begun?.request.force ? forcersOf(begun, entries) : [],
    ...(forceRequestedBy !== undefined && { forceRequestedBy }),
    ...(approvalFacts && { approval: approvalFacts }),
  };
}

function daysSince(time: string, now: Date): number {
  return Math.floor((now.getTime() - Date.parse(time)) / DAY_MS);
}

function openForceRequest({ forceRequest }: LedgerState, now: Date): string | undefined {
  return forceRequest && now < new Date(forceRequest.expiresAt)
    ? forceRequest.requestedBy
    : undefined;
}

/**
 * Whoever starts an execution by hand can claim in its input that somebody else has asked for the force as well; that
 * counts only when it was on record, and had not expired, when the second asked.
 */
function forcersOf(
  { request, offboardingId }: NonNullable<LedgerState['offboarding']>,
  entries: readonly LedgerEntry[],
): readonly string[] {
  const { requestedBy, forceRequestedBy, requestedAt } = request;
  const deregistered = entries.findLastIndex(
    (entry) =>
      entry.to === 'PENDING_DEACTIVATE' &&
      entry.from === 'ACTIVE' &&
      entry.offboardingId === offboardingId,
  );
  const { forceRequest } = foldLedger(entries.slice(0, deregistered));
  const isOnRecord =
    forceRequest !== undefined &&
    forceRequest.requestedBy === forceRequestedBy &&
    requestedAt < forceRequest.expiresAt;
  return [...new Set([requestedBy, ...(isOnRecord ? [forceRequest.requestedBy] : [])])];
}

/** Entry by entry, so that each approval is judged by the scope it names itself. */
function approvalFactsOf(
  approval: Approval | undefined,
  entries: readonly LedgerEntry[],
): ApprovalFacts | undefined {
  if (!isStanding(approval)) return undefined;
  const approved = entries
    .slice(questionIn(entries)?.seq)
    .filter(({ type }) => type === 'APPROVED');
  const scopes = new Map(approved.map(({ actor, data }) => [actor, String(data.scopeHash)]));
  return {
    scopeHash: approval.scopeHash,
    requiredApprovals: approval.requiredApprovals,
    isOpen: approval.status === 'requested',
    approvals: Array.from(scopes, ([approver, scopeHash]) => ({ approver, scopeHash })),
  };
}
