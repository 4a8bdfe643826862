import type { AskedBy } from '../caller-alias.ts';
import type { PROTECTED_TRANSITIONS } from '../core/lifecycle.ts';
import type { GateQuestion } from '../ports.ts';
import type { GateCall } from './gate-call.ts';

type AskedKind = (typeof PROTECTED_TRANSITIONS)[number] | GateQuestion['action'];

/**
 * What each caller may have the gate decide, and with that put on record: only the state machine makes a protected transition, and
 * each function of the API asks about the actions it has.
 */
export const GATE_ASKED_BY = {
  workflow: ['DEACTIVATED', 'PURGED'],
  'api-offboarding': ['start', 'force', 'cancel'],
  'api-approval': ['approve', 'reject'],
  'api-usage': ['removeDependent', 'removeLease'],
  'api-hold': ['hold', 'release'],
} as const satisfies AskedBy & Record<string, readonly AskedKind[]>;

/** What `GATE_ASKED_BY` names a call by. */
export function askedKind(call: GateCall): AskedKind {
  return 'action' in call ? call.action : call.transition;
}
