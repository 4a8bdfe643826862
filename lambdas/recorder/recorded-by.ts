import { OffboardingError } from '../core/errors.ts';
import type { LedgerEntryType } from '../core/ledger-entry.ts';
import type { RecordCommand } from '../core/ledger-rules.ts';
import type { LifecycleState } from '../core/lifecycle.ts';

/** An entry by its type; a transition by the state it leads to. */
type RecordedKind = Exclude<LedgerEntryType, 'TRANSITION'> | LifecycleState;

/**
 * Which entries each caller may ask for: the state machine, and functions by their names. Everybody has an alias of the recorder
 * under its own name and may invoke no other, so it is IAM that says who asks, and not the request.
 */
export const RECORDED_BY = {
  workflow: [
    'PENDING_DEACTIVATE',
    'DEACTIVATED',
    'ARCHIVED',
    'PURGED',
    'HALTED',
    'REJECTED',
    'APPROVAL_EXPIRED',
  ],
  locate: ['RESTARTED'],
  'policy-gate': ['GATE_PASSED', 'BLOCKED'],
  'request-approval': ['APPROVAL_REQUESTED'],
  'remind-approval': ['APPROVAL_REMINDED'],
  certificate: ['CERTIFIED'],
  'certificate-final': ['CERTIFIED'],
  'api-offboarding': ['ACTIVE', 'FORCE_REQUESTED'],
  'api-approval': ['APPROVED', 'REJECTED'],
  'api-usage': ['USE_NOTICED', 'USAGE_REMOVED'],
  'api-hold': ['HOLD_PLACED', 'HOLD_RELEASED'],
} as const satisfies Record<string, readonly RecordedKind[]>;
export type RecordingCaller = keyof typeof RECORDED_BY;

export function isRecordingCaller(name: string): name is RecordingCaller {
  return Object.hasOwn(RECORDED_BY, name);
}

/**
 * @param invokedArn the recorder's ARN as it was invoked; without an alias nobody may ask for anything
 * @throws OffboardingError `INVALID_STAGE_INPUT` when who asks may not ask for such an entry
 */
export function assertMayAsk(invokedArn: string, { type, to }: RecordCommand): void {
  const [, caller = ''] = /:function:[^:]+:([^:]+)$/.exec(invokedArn) ?? [];
  const kinds: readonly string[] = isRecordingCaller(caller) ? RECORDED_BY[caller] : [];
  const kind = to ?? type;
  if (!kinds.includes(kind))
    throw new OffboardingError(
      'INVALID_STAGE_INPUT',
      `${caller || 'whoever invokes the recorder itself'} may not ask for ${kind}`,
    );
}
