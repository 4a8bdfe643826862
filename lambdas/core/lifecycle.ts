/**
 * Where a plane stands on its way out:
 *
 *     ACTIVE -> PENDING_DEACTIVATE -> DEACTIVATED -> ARCHIVED -> PURGED
 *                    |  cancel
 *                    +--> ACTIVE
 *
 * A plane with an empty ledger is ACTIVE. PURGED is terminal.
 */
export const LIFECYCLE_STATES = [
  'ACTIVE',
  'PENDING_DEACTIVATE',
  'DEACTIVATED',
  'ARCHIVED',
  'PURGED',
] as const;
export type LifecycleState = (typeof LIFECYCLE_STATES)[number];

const LEGAL_TRANSITIONS: Readonly<Record<LifecycleState, readonly LifecycleState[]>> = {
  ACTIVE: ['PENDING_DEACTIVATE'],
  PENDING_DEACTIVATE: ['ACTIVE', 'DEACTIVATED'],
  DEACTIVATED: ['ARCHIVED'],
  ARCHIVED: ['PURGED'],
  PURGED: [],
};

export function isLegalTransition(from: LifecycleState, to: LifecycleState): boolean {
  return LEGAL_TRANSITIONS[from].includes(to);
}

/** The transitions that pass the policy gate: from here on something stops working, or stops existing. */
export const PROTECTED_TRANSITIONS = ['DEACTIVATED', 'PURGED'] as const;
export type ProtectedTransition = (typeof PROTECTED_TRANSITIONS)[number];

export function isProtected(to: LifecycleState): to is ProtectedTransition {
  return (PROTECTED_TRANSITIONS as readonly LifecycleState[]).includes(to);
}

export const STAGE_NAMES = [
  'deregister',
  'verify_deactivate',
  'deactivate',
  'archive',
  'purge',
] as const;
export type StageName = (typeof STAGE_NAMES)[number];
