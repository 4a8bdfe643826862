import { canonicalJson } from '../lambdas/core/canonical.ts';
import type { Findings, Same } from './findings.ts';
import { sha256 } from './jws.ts';
import type { Certificate, LedgerEntry } from './shapes.ts';

/** How long a request to approve may be under way when the question expires: API Gateway ends it after 29 seconds. */
const UNDER_WAY_MS = 30_000;

/**
 * Whether enough people who had not asked for the purge approved what was destroyed, before the gate let it pass, and the approval stood
 * until then. Only the question that was asked last counts.
 * @param entries up to the one that records PURGED
 */
export function checkApproval(
  findings: Findings,
  same: Same,
  { approvals, destruction }: Certificate,
  entries: readonly LedgerEntry[],
): void {
  const request = entries.findLast(({ type }) => type === 'APPROVAL_REQUESTED');
  if (!request) {
    findings.fail('ledger: does not record that anybody was asked to approve');
    return;
  }
  const { scope, scopeHash, requiredApprovals = 1 } = request.data;
  findings.check(
    sha256(canonicalJson(scope)) === scopeHash && scopeHash === destruction.scopeHash,
    `ledger entry ${request.seq}`,
    'the approvers were shown what was destroyed',
    'its scope is not the one whose hash was approved and destroyed',
  );
  const counted = countedApprovals(request, entries);
  same(
    'approvals',
    approvals,
    counted.map(({ actor, reason, at }) => ({
      scopeHash,
      approvedBy: actor,
      reasonHash: sha256(reason ?? ''),
      approvedAt: at,
    })),
  );
  const isEnough = (given: number) => given > 0 && given >= Number(requiredApprovals);
  const by = `by ${counted.length} who did not ask for the purge, ${requiredApprovals} needed`;
  findings.check(isEnough(counted.length), 'approval', by, by);

  const since = entries.slice(request.seq);
  const gates = since.filter(isGate);
  if (gates.length === 0)
    findings.fail('ledger: does not record that the gate let the purge pass once it was asked for');
  for (const gate of gates) {
    const given = counted.filter(({ seq }) => seq < gate.seq).length;
    const passed = `the gate let the purge pass with ${given} approvals that count, ${requiredApprovals} needed`;
    findings.check(isEnough(given), `ledger entry ${gate.seq}`, passed, passed);
  }
  const ends = since.flatMap((entry) => {
    const how = endOf(entry);
    return how ? [{ seq: entry.seq, how }] : [];
  });
  for (const { seq, how } of ends)
    findings.fail(
      `ledger entry ${seq}: the approval was ${how}, and the plane was purged all the same`,
    );
  if (ends.length === 0) findings.ok('approval: stood until the plane was purged');
}

/** The gate has let a purge pass. */
export function isGate({ type, data }: LedgerEntry): boolean {
  return type === 'GATE_PASSED' && data.transition === 'PURGED';
}

/** One a person, in the order in which they came. */
function countedApprovals(
  request: LedgerEntry,
  entries: readonly LedgerEntry[],
): readonly LedgerEntry[] {
  const { scopeHash, requestedBy, expiresAt } = request.data;
  const asked = Array.isArray(requestedBy) ? requestedBy : [];
  const lastAt = Date.parse(String(expiresAt)) + UNDER_WAY_MS;
  const begun = entries.findLast(
    ({ to, type }) => type === 'TRANSITION' && to === 'PENDING_DEACTIVATE',
  );
  const ofThisOffboarding = entries.slice(begun?.seq);
  return entries
    .filter(({ type, seq }) => type === 'APPROVED' && seq > request.seq)
    .filter(({ data, actor }) => data.scopeHash === scopeHash && !asked.includes(actor))
    .filter(({ at }) => Date.parse(at) <= lastAt)
    .filter(({ actor, seq }) => !ofThisOffboarding.some((one) => one.seq < seq && asks(one, actor)))
    .filter(({ actor }, index, all) => all.findIndex((one) => one.actor === actor) === index);
}

/** Whoever starts an offboarding again asks for it too, whether or not the question said so; so does who has removed somebody else's usage. */
function asks({ type, actor, data }: LedgerEntry, approver: string): boolean {
  if (actor !== approver) return false;
  return type === 'RESTARTED' || (type === 'USAGE_REMOVED' && data.whose !== actor);
}

/** How an approval comes to nothing. */
function endOf({ type, data }: LedgerEntry): 'rejected' | 'expired' | 'outdated' | undefined {
  if (type === 'REJECTED') return 'rejected';
  if (type === 'APPROVAL_EXPIRED') return 'expired';
  // The purge found another scope than the approved one.
  return type === 'HALTED' && data.code === 'SCOPE_CHANGED' ? 'outdated' : undefined;
}
