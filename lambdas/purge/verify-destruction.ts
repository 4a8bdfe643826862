import { hasGrown, type PurgeData, type PurgeProgress, settle } from '../core/purge-progress.ts';
import type { ScopePart } from '../core/scope.ts';
import type { Tally } from '../core/tally.ts';
import type { StoreRecord } from '../stores/store.ts';
import { countUploads } from './count-uploads.ts';
import type { Destruction } from './destroy-parts.ts';
import { addProblems, type Interruption, type Problem } from './problem.ts';
import { incomplete } from './purge-report.ts';
import { type PurgeRun, pause } from './purge-run.ts';
import type { PurgeTarget } from './purge-targets.ts';
import { tallyParts } from './tally-parts.ts';
import { eraseTraces, type TracePorts } from './traces.ts';

/**
 * Third phase: counts everything again, by listings of their own (`Store.countPages`).
 * @returns the closed books and what was counted, which is nothing; else why the purge is not done
 */
export async function verifyDestruction(
  run: PurgeRun,
  ports: TracePorts,
  { books, problems }: Destruction,
  from: Tally,
): Promise<{ books: PurgeProgress; residue: PurgeData['residue'] } | Interruption> {
  const { context, targets, checkpoint, journal } = run;
  const refusal = await checkpoint.permitted();
  if (refusal) return refusal;
  const traces = await eraseTraces(ports, context);
  const { tally, complete } = await tallyParts(
    {
      targets,
      pages: ({ store }, mark) => store.countPages(mark),
      outOfTime: checkpoint.outOfTime,
      notesFailures: true,
    },
    from,
  );
  if (!complete)
    return pause(
      run,
      books,
      { phase: 'verifying', tally, problems: problems.counts },
      `everything is destroyed that could be, ${tally.counted.length} of ${targets.length} parts are listed again`,
    );
  const uploads = await listUploads(targets);
  const settled = settle(books, tally.counted);
  await journal.write(context.planeId, { books: settled });
  const left = tally.counted.filter(({ count }) => count > 0);
  const others = [...tally.unlisted, ...uploads, ...traces];
  if (left.length + others.length === 0) {
    const residue = tally.counted.map(({ recordsHash: _, ...part }) => part);
    return { books: settled, residue };
  }
  return incomplete(settled, {
    left,
    examples: await listExamples(targets, left),
    problems: addProblems(problems, others),
    onlyRecordsLeft: others.length === 0,
    grown: hasGrown(books, tally.counted),
  });
}

/** Looks once more for uploads: S3 may take a part that was on its way when its upload was aborted. */
async function listUploads(targets: readonly PurgeTarget[]): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const target of targets) {
    const left = await countUploads(target);
    if (typeof left !== 'number') problems.push(left);
    else if (left > 0)
      problems.push({ kind: target.kind, ref: target.ref, code: 'UploadInProgress' });
  }
  return problems;
}

const EXAMPLES_PER_PART = 20;

/** The first records of each part that is not empty, for whoever has to find out why. */
async function listExamples(
  targets: readonly PurgeTarget[],
  left: readonly ScopePart[],
): Promise<readonly StoreRecord[]> {
  const examples: StoreRecord[] = [];
  for (const { kind, ref, store } of targets) {
    if (!left.some((part) => part.kind === kind && part.ref === ref)) continue;
    for await (const page of store.inventory()) {
      examples.push(...page.slice(0, EXAMPLES_PER_PART));
      break;
    }
  }
  return examples;
}
