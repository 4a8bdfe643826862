import { isGate } from './check-approval.ts';
import type { Findings, Same } from './findings.ts';
import type { Certificate, LedgerEntry } from './shapes.ts';

/**
 * Whether a legal hold was in force when the gate let the purge pass, and which came after it.
 * @param entries up to the one that records PURGED
 */
export function checkHolds(
  findings: Findings,
  same: Same,
  { heldAtPurge }: Certificate,
  entries: readonly LedgerEntry[],
): void {
  const holds = holdsIn(entries);
  same(
    'holds in force at the purge',
    heldAtPurge,
    holds
      .filter(({ released }) => released === undefined)
      .map(({ placed: { seq, at } }) => ({ seq, placedAt: at })),
  );
  const gates = entries.filter(isGate);
  let said = 0;
  for (const { placed, released } of holds) {
    const about = `ledger entry ${placed.seq}`;
    const under = gates.find(({ seq }) => placed.seq < seq && seq < (released?.seq ?? Infinity));
    if (under) {
      findings.fail(
        `${about}: a hold that was in force when the gate let the purge pass in entry ${under.seq}`,
      );
    } else if (!gates.some(({ seq }) => seq < placed.seq)) {
      continue;
    } else if (released) {
      findings.ok(
        `${about}: a hold after the gate, released in entry ${released.seq} before the purge was recorded`,
      );
    } else {
      findings.notChecked(
        `${about}: a hold, placed at ${placed.at} after the gate, was in force when the purge was recorded: whether it came too late to stop it`,
      );
    }
    said += 1;
  }
  if (said === 0) findings.ok('holds: none was in force at the gate or at the purge');
}

interface PlacedHold {
  readonly placed: LedgerEntry;
  /** Undefined while it is in force. */
  readonly released: LedgerEntry | undefined;
}

function holdsIn(entries: readonly LedgerEntry[]): readonly PlacedHold[] {
  return entries
    .filter(({ type }) => type === 'HOLD_PLACED')
    .map((placed) => ({
      placed,
      released: entries.find(
        ({ type, seq, data }) =>
          type === 'HOLD_RELEASED' && seq > placed.seq && data.reference === placed.data.reference,
      ),
    }));
}
