import type { StoreClaims } from '../adapters/claims-table.ts';
import type { PlaneRecord } from '../core/plane.ts';
import { codeOf, failure, type Interruption, type Problem } from './problem.ts';
import type { PurgeJournal } from './purge-journal.ts';

type Erase = (ids: { planeId: string; offboardingId: string }) => Promise<void>;

export interface TracePorts {
  readonly journal: PurgeJournal;
  readonly eraseDecision: Erase;
  readonly eraseSchedule: Erase;
  readonly releaseClaims: StoreClaims['release'];
}

/**
 * What waits for this plane: a decision, and a schedule. Each has one name and is gone when its service says so. Unlike records,
 * nothing is listed a second time: whoever asks for the same name in the same place shares every mistake of the deletion.
 */
export async function eraseTraces(
  { eraseDecision, eraseSchedule }: TracePorts,
  ids: { planeId: string; offboardingId: string },
): Promise<readonly Problem[]> {
  return problemsOf([
    ['pending-decision', () => eraseDecision(ids)],
    ['purge-schedule', () => eraseSchedule(ids)],
  ]);
}

/** The last thing: what still binds the plane to places it no longer has data in, and to people. */
export async function leaveNoTrace(
  { releaseClaims, journal }: TracePorts,
  { planeId, stores, access }: PlaneRecord,
): Promise<Interruption | undefined> {
  const problems = await problemsOf([
    ['claims', () => releaseClaims(planeId, [...stores, ...access])],
    ['registry', () => journal.scrub(planeId)],
  ]);
  if (problems.length === 0) return undefined;
  const what = problems.map(({ kind }) => kind).join(', ');
  return failure('PURGE_INCOMPLETE', `all records are destroyed; left are: ${what}`, { problems });
}

async function problemsOf(
  work: readonly (readonly [Problem['kind'], () => Promise<void>])[],
): Promise<readonly Problem[]> {
  const outcomes = await Promise.allSettled(work.map(([, run]) => run()));
  return outcomes.flatMap((outcome, index) => {
    const kind = work[index]?.[0];
    return outcome.status === 'rejected' && kind ? [{ kind, code: codeOf(outcome.reason) }] : [];
  });
}
