import type { AskedBy } from '../caller-alias.ts';
import type { LedgerEntryType } from '../core/ledger-entry.ts';
import type { RecordCommand } from '../core/ledger-rules.ts';
import type { LifecycleState } from '../core/lifecycle.ts';

/** An entry by its type; a transition by the state it leads to. */
type RecordedKind = Exclude<LedgerEntryType, 'TRANSITION'> | LifecycleState;

/** Which entries each caller may have recorded: the state machine, and functions by their names. */
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
} as const satisfies AskedBy & Record<string, readonly RecordedKind[]>;

/** What `RECORDED_BY` names a command by. */
export function recordedKind({ type, to }: RecordCommand): string {
  return to ?? type;
}
