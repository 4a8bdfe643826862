import {
  openProgress,
  outstandingScope,
  type PurgeProgress,
  settle,
} from '../core/purge-progress.ts';
import { isApprovedScope, isWithinApprovedScope } from '../core/scope.ts';
import type { Tally } from '../core/tally.ts';
import { scopeOf } from './measure-scope.ts';
import { spooledPages } from './pages-to-destroy.ts';
import type { Interruption } from './problem.ts';
import { notListed, scopeChanged } from './purge-report.ts';
import { type PurgeRun, pause } from './purge-run.ts';
import { tallyParts } from './tally-parts.ts';

/**
 * First phase: lists everything, and destroys nothing unless that is what was approved. The first purge needs exactly the
 * approved scope; one that was interrupted needs at most what its books leave of it.
 * @param earlier the books of an interrupted purge
 */
export async function openBooks(
  run: PurgeRun,
  earlier: PurgeProgress | undefined,
  from: Tally,
): Promise<PurgeProgress | Interruption> {
  const { context, approval, targets, spool, checkpoint } = run;
  const { scope, scopeHash } = approval;
  const { tally, complete } = await tallyParts(
    {
      targets,
      pages: spooledPages(spool, targets),
      outOfTime: checkpoint.outOfTime,
      notesFailures: true,
    },
    from,
  );
  if (!complete)
    return pause(
      run,
      earlier,
      { phase: 'measuring', tally },
      `${tally.counted.length} of ${targets.length} parts are counted, nothing is destroyed by this run`,
    );
  const resumed = earlier?.scopeHash === scopeHash;
  if (!resumed && tally.unlisted.length > 0) return notListed(tally.unlisted, targets.length);
  const found = scopeOf(context.plane, context.ledger, tally.counted);
  const fits = resumed
    ? isWithinApprovedScope(outstandingScope(scope, earlier), found)
    : await isApprovedScope(scope, scopeHash, found);
  if (!fits) return scopeChanged(scope, found);
  const settled = earlier && settle(earlier, tally.counted);
  return resumed && settled
    ? settled
    : openProgress(scope, scopeHash, context.now.toISOString(), settled);
}
