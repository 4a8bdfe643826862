import type { OffboardingRequest } from '../core/plane.ts';
import type { GateReason, LedgerReader, Recorder } from '../ports.ts';
import { readLedgerState } from '../read-ledger-state.ts';

const HOUR_MS = 3_600_000;

export interface ForcePorts {
  readonly ledger: LedgerReader;
  readonly recorder: Recorder;
  /** How long the second person has to ask for the same. */
  readonly forceWindowHours: number;
}

export interface RequestedForce {
  readonly planeId: string;
  readonly status: 'AWAITING_SECOND_PERSON';
  readonly forceRequestedBy: string;
  /** ISO 8601 UTC. Until then somebody else may start the offboarding by asking for the same. */
  readonly expiresAt: string;
  readonly awaited: readonly GateReason[];
}

/**
 * Puts on record that a first person wants the grace period skipped. The same person again waits on, for as long as before.
 * @param awaited what the policy gate said is missing
 * @throws OffboardingError `ILLEGAL_TRANSITION` when the plane has left ACTIVE meanwhile
 */
export async function requestForce(
  { ledger, recorder, forceWindowHours }: ForcePorts,
  planeId: string,
  { requestedBy, requestedAt, forceReason }: OffboardingRequest,
  awaited: readonly GateReason[],
): Promise<RequestedForce> {
  const { forceRequest, seq } = await readLedgerState(ledger, planeId);
  const waiting = { planeId, status: 'AWAITING_SECOND_PERSON', awaited } as const;
  if (forceRequest?.requestedBy === requestedBy && requestedAt < forceRequest.expiresAt)
    return { ...waiting, forceRequestedBy: requestedBy, expiresAt: forceRequest.expiresAt };
  const expiresAt = new Date(Date.parse(requestedAt) + forceWindowHours * HOUR_MS).toISOString();
  await recorder.record({
    planeId,
    offboardingId: null,
    type: 'FORCE_REQUESTED',
    actor: requestedBy,
    reason: forceReason,
    data: { expiresAt },
    // Two requests at once are one.
    idempotencyKey: `force/${requestedBy}/${seq}`,
  });
  return { ...waiting, forceRequestedBy: requestedBy, expiresAt };
}
