import type { OffboardingRequest } from '../core/plane.ts';
import type { StartOffboardingBody } from './bodies/offboarding-body.ts';

const DEFAULT_GRACE_PERIOD_DAYS = 7;
const DEFAULT_RETENTION_DAYS = 365;

/** The least this deployment lets anybody ask for; the policy gate says no to less. */
export interface OffboardingFloors {
  readonly gracePeriodDays: number;
  readonly retentionDays: number;
}

/** Completes what the caller asked for. A default is never under a floor; whether the rest may be, the policy gate decides. */
export function completeRequest(
  body: StartOffboardingBody,
  floors: OffboardingFloors,
  { caller, now }: { caller: string; now: Date },
): OffboardingRequest {
  const { acknowledgedDependents } = body;
  return {
    reason: body.reason,
    requestedBy: caller,
    requestedAt: now.toISOString(),
    gracePeriodDays:
      body.gracePeriodDays ?? Math.max(DEFAULT_GRACE_PERIOD_DAYS, floors.gracePeriodDays),
    retentionDays: body.retentionDays ?? Math.max(DEFAULT_RETENTION_DAYS, floors.retentionDays),
    erasure: body.erasure ?? false,
    force: body.force ?? false,
    forceReason: body.forceReason ?? null,
    ...(acknowledgedDependents && { acknowledgedDependents: acknowledgedDependents.toSorted() }),
  };
}
