import { DEPENDENTS_MAX } from './dependents-max.ts';
import { OffboardingError } from './errors.ts';
import { isSuperseded, type LedgerState } from './ledger-state.ts';

/**
 * Asked before anything is done for an offboarding.
 * @throws OffboardingError `OFFBOARDING_SUPERSEDED` when it was cancelled, or another one is under way
 */
export function assertNotSuperseded(state: LedgerState, offboardingId: string): void {
  if (isSuperseded(state, offboardingId))
    throw new OffboardingError(
      'OFFBOARDING_SUPERSEDED',
      `${offboardingId} was cancelled or replaced by another offboarding`,
    );
}

/**
 * Asked before anything of a plane is taken away.
 * @throws OffboardingError `LEGAL_HOLD` while a hold is in force
 */
export function assertNotHeld(state: Pick<LedgerState, 'holds'>): void {
  if (state.holds.length > 0) throw new OffboardingError('LEGAL_HOLD', holdsInForce(state));
}

/** Why `LEGAL_HOLD` refuses, in the words of policies/2-holds.cedar. */
export function holdsInForce({ holds }: Pick<LedgerState, 'holds'>): string {
  return `${holds.length} legal hold(s) are in force`;
}

/**
 * Each declaration is an entry of its own, because it is the entry that the gate sees: it can be refused, but not left out.
 * @throws OffboardingError `TOO_MANY_DECLARATIONS` when the caller has had as many in this grace period as a plane has dependents
 */
export function assertMayDeclare({ noticedUses }: LedgerState, caller: string): void {
  const declared = noticedUses.filter(({ by, declarationId }) => by === caller && declarationId);
  if (declared.length >= DEPENDENTS_MAX)
    throw new OffboardingError(
      'TOO_MANY_DECLARATIONS',
      `${declared.length} declarations of this caller are on record in this grace period`,
    );
}
