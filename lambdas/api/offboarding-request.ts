import { OffboardingError } from '../core/errors.ts';
import type { OffboardingRequest } from '../core/plane.ts';
import { refuseFields } from './problem.ts';
import type { StartOffboardingBody } from './schemas.ts';

const DEFAULT_GRACE_PERIOD_DAYS = 7;
const DEFAULT_RETENTION_DAYS = 365;

/** What this deployment allows a request to ask for. */
export interface OffboardingPolicy {
  readonly gracePeriodFloorDays: number;
  readonly retentionFloorDays: number;
  readonly forceAllowed: boolean;
}

/**
 * Completes what the caller asked for.
 * @throws OffboardingError `INVALID_REQUEST` naming what lies under a floor, `FORCE_NOT_ALLOWED`
 */
export function completeRequest(
  body: StartOffboardingBody,
  policy: OffboardingPolicy,
  { caller, now }: { caller: string; now: Date },
): OffboardingRequest {
  const { gracePeriodFloorDays, retentionFloorDays } = policy;
  if (body.force && !policy.forceAllowed)
    throw new OffboardingError(
      'FORCE_NOT_ALLOWED',
      'this deployment lets nobody skip the grace period',
    );
  const {
    gracePeriodDays = Math.max(DEFAULT_GRACE_PERIOD_DAYS, gracePeriodFloorDays),
    retentionDays = Math.max(DEFAULT_RETENTION_DAYS, retentionFloorDays),
  } = body;
  const errors = [
    ...underFloor('gracePeriodDays', gracePeriodDays, gracePeriodFloorDays),
    ...underFloor('retentionDays', retentionDays, retentionFloorDays),
  ];
  if (errors.length > 0) throw refuseFields('INVALID_REQUEST', errors);
  return {
    reason: body.reason,
    requestedBy: caller,
    requestedAt: now.toISOString(),
    gracePeriodDays,
    retentionDays,
    erasure: body.erasure ?? false,
    force: body.force ?? false,
    forceReason: body.forceReason ?? null,
  };
}

function underFloor(field: string, days: number, floorDays: number) {
  return days < floorDays
    ? [{ field, message: `must be at least ${floorDays} in this deployment` }]
    : [];
}
