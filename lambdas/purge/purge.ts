import type { StageContext, StageHandler, StageResult } from '../contract.ts';
import { OffboardingError } from '../core/errors.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import type { LedgerEntry } from '../core/ledger-entry.ts';
import { purgePermission } from '../core/purge-permission.ts';
import type { PurgeData, PurgeProgress } from '../core/purge-progress.ts';
import { NOTHING_TALLIED, type Tally } from '../core/tally.ts';
import type { LedgerReader } from '../ports.ts';
import { readChain } from '../read-ledger-state.ts';
import { createCheckpoint } from './checkpoint.ts';
import { type Destruction, type DestructionStart, destroyParts } from './destroy-parts.ts';
import { openBooks } from './open-books.ts';
import { openPageSpool } from './page-spool.ts';
import { type CopyInquiry, inquireCopies } from './place-copies.ts';
import { failure, NO_PROBLEMS } from './problem.ts';
import type { PurgePosition } from './purge-journal.ts';
import { purgeData } from './purge-report.ts';
import { type PurgeRun, validPosition } from './purge-run.ts';
import { purgeTargets, type ScopePorts } from './purge-targets.ts';
import { leaveNoTrace, type TracePorts } from './traces.ts';
import { verifyDestruction } from './verify-destruction.ts';

export interface PurgePorts extends ScopePorts, TracePorts {
  readonly ledger: LedgerReader;
  readonly copies: CopyInquiry;
}

/**
 * Destroys what was approved, and nothing else; then counts by a second listing that nothing is left. It may be stopped
 * anywhere and started again: the books in the journal tell what is done, and only another listing closes them.
 */
export function createPurge(ports: PurgePorts): StageHandler<PurgeData> {
  return {
    stageName: 'purge',
    handlesStates: ['ARCHIVED'],
    destructive: true,
    validate: () => undefined,
    async execute(context): Promise<StageResult<PurgeData>> {
      const { planeId, offboardingId, plane } = context;
      const entries = await readChain(ports.ledger, planeId);
      const permission = purgePermission(foldLedger(entries), offboardingId);
      if (!permission.allowed) return failure(permission.code, permission.message);
      const { approval } = permission;

      const { books, position } = await ports.journal.read(planeId);
      if (books?.result && books.scopeHash === approval.scopeHash)
        return (await leaveNoTrace(ports, plane)) ?? alreadyPurged(books.result);
      // A crash from here on leaves no position behind: then everything is listed again.
      if (position) await ports.journal.write(planeId, { books });
      await using spool = await openPageSpool();
      const run: PurgeRun = {
        context,
        approval,
        entries,
        targets: await purgeTargets(ports, plane),
        checkpoint: createCheckpoint(ports.ledger, context, approval.scopeHash),
        journal: ports.journal,
        spool,
      };
      // Awaited here, because the spool is closed when this function ends.
      return await goOn(ports, run, books, validPosition(position, entries));
    },
  };
}

/** Goes on where the last invocation stopped: a phase ends in the next one. */
function goOn(
  ports: PurgePorts,
  run: PurgeRun,
  books: PurgeProgress | undefined,
  position: PurgePosition | undefined,
): Promise<StageResult<PurgeData>> {
  if (books && position?.phase === 'verifying') {
    const problems = { counts: position.problems, first: [] };
    return verify(ports, run, { books, problems }, position.tally);
  }
  if (books && position?.phase === 'destroying') {
    const { part, after } = position;
    return destroy(ports, run, books, {
      part,
      after,
      problems: { counts: position.problems, first: [] },
    });
  }
  return measure(
    ports,
    run,
    books,
    position?.phase === 'measuring' ? position.tally : NOTHING_TALLIED,
  );
}

async function measure(
  ports: PurgePorts,
  run: PurgeRun,
  earlier: PurgeProgress | undefined,
  from: Tally,
): Promise<StageResult<PurgeData>> {
  const opened = await openBooks(run, earlier, from);
  if ('status' in opened) return opened;
  return destroy(ports, run, opened, { part: 0, problems: NO_PROBLEMS });
}

async function destroy(
  ports: PurgePorts,
  run: PurgeRun,
  books: PurgeProgress,
  start: DestructionStart,
): Promise<StageResult<PurgeData>> {
  const destruction = await destroyParts(run, books, start);
  if ('status' in destruction) return destruction;
  return verify(ports, run, destruction, NOTHING_TALLIED);
}

async function verify(
  ports: PurgePorts,
  run: PurgeRun,
  destruction: Destruction,
  from: Tally,
): Promise<StageResult<PurgeData>> {
  const verified = await verifyDestruction(run, ports, destruction, from);
  if ('status' in verified) return verified;
  return finish(ports, run, verified);
}

async function finish(
  ports: PurgePorts,
  { context, entries, approval }: PurgeRun,
  { books, residue }: { readonly books: PurgeProgress; readonly residue: PurgeData['residue'] },
): Promise<StageResult<PurgeData>> {
  const { planeId, offboardingId, plane, now }: StageContext = context;
  const recorded = await readChain(ports.ledger, planeId);
  const auditPreserved = startsWith(recorded, entries);
  if (!auditPreserved)
    throw new OffboardingError('LEDGER_CORRUPT', 'entries are missing that were there before');
  // Counting a large plane again takes minutes, and what follows takes the rest of it away: its claims and its record.
  const permission = purgePermission(foldLedger(recorded), offboardingId);
  if (!permission.allowed) return failure(permission.code, permission.message);
  // Asked now, while the plane's places are still on record.
  const placeCopies = await inquireCopies(ports.copies, plane);
  const data = purgeData(books, approval, { residue, auditPreserved, placeCopies }, now);
  // From here on a repeated run destroys nothing: once the claims are released, another plane may own the places.
  await ports.journal.write(planeId, { books: { ...books, result: data } });
  return (
    (await leaveNoTrace(ports, plane)) ?? {
      status: 'success',
      message: `destroyed ${data.recordsDeleted} records of ${data.bytesDeleted} bytes, ${data.alreadyAbsent} were already absent; a second listing found nothing`,
      data,
    }
  );
}

function alreadyPurged(data: PurgeData): StageResult<PurgeData> {
  return { status: 'skipped', message: 'an earlier run destroyed everything', data };
}

function startsWith(entries: readonly LedgerEntry[], before: readonly LedgerEntry[]): boolean {
  return before.every(({ hash }, index) => entries[index]?.hash === hash);
}
