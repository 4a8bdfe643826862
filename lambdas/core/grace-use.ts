import type { DeregistrationData, LedgerState, NoticedUse } from './ledger-state.ts';

/**
 * What a use during the grace period brings about: `record` it and no more; `extend` the grace period, so that it ends no
 * earlier than its length after the last use; `halt` at its end, until somebody who knows of the use starts again.
 */
export const USE_DURING_GRACE = ['record', 'extend', 'halt'] as const;
export type UseDuringGrace = (typeof USE_DURING_GRACE)[number];

const DAY_MS = 86_400_000;
/** From the deregistration on. An execution may stay open for one year, and drain and approval have to fit in as well. */
const GRACE_TOTAL_MAX_DAYS = 180;

type Grace = Pick<
  DeregistrationData,
  'deregistrationRequestedAt' | 'gracePeriodDays' | 'gracePeriodEnd' | 'request'
>;

/** The later end that a use brings about where uses extend; undefined when there is nothing to extend. */
export function extendedGracePeriodEnd(grace: Grace, usedAt: Date): string | undefined {
  const wanted = endWantedBy(usedAt, grace);
  const latest = latestEnd(grace);
  const end = wanted < latest ? wanted : latest;
  return hasGracePeriod(grace) && end > grace.gracePeriodEnd ? end : undefined;
}

/** Uses that somebody has to answer for before the plane is deactivated: they were not answered yet, and no time was given for them. */
export function usesToAnswer(
  { offboarding, noticedUses }: Pick<LedgerState, 'offboarding' | 'noticedUses'>,
  policy: UseDuringGrace,
): readonly NoticedUse[] {
  if (policy === 'record' || !offboarding || !hasGracePeriod(offboarding)) return [];
  const open = noticedUses.filter(({ answered }) => !answered);
  if (policy === 'halt') return open;
  return open.filter(({ at }) => endWantedBy(new Date(at), offboarding) > latestEnd(offboarding));
}

/** A force has skipped it, for a reason that a use does not change. */
function hasGracePeriod({ request, gracePeriodDays }: Grace): boolean {
  return !request.force && gracePeriodDays > 0;
}

/** Counted from the end of the day: a caller's later uses on the same day are not recorded again. */
function endWantedBy(usedAt: Date, { gracePeriodDays }: Grace): string {
  const nextDay = (Math.floor(usedAt.getTime() / DAY_MS) + 1) * DAY_MS;
  return new Date(nextDay + gracePeriodDays * DAY_MS).toISOString();
}

function latestEnd({ deregistrationRequestedAt }: Grace): string {
  const requestedAt = Date.parse(deregistrationRequestedAt);
  return new Date(requestedAt + GRACE_TOTAL_MAX_DAYS * DAY_MS).toISOString();
}
