import type { StageContext, StageHandler, StageResult } from '../contract.ts';
import { OffboardingError } from '../core/errors.ts';
import { assertChain, type LedgerEntry } from '../core/ledger-entry.ts';
import { type Approval, foldLedger } from '../core/ledger-state.ts';
import { purgePermission } from '../core/purge-permission.ts';
import {
  openProgress,
  outstandingScope,
  type PurgeData,
  type PurgeProgress,
  settle,
  withPart,
} from '../core/purge-progress.ts';
import { isApprovedScope, isWithinApprovedScope } from '../core/scope.ts';
import type { LedgerReader } from '../ports.ts';
import { checkpoint } from './checkpoint.ts';
import { destroyPart, type Interruption, type Problem } from './destroy-part.ts';
import { listParts, listUploads, type PartsListing } from './list-parts.ts';
import { type PurgeTarget, purgeTargets, type ScopePorts, scopeOf } from './measure-scope.ts';
import type { PurgeJournal } from './purge-journal.ts';
import { failure, incomplete, notListed, purgeData, scopeChanged } from './purge-report.ts';
import { eraseTraces, leaveNoTrace, type TracePorts } from './traces.ts';

export interface PurgePorts extends ScopePorts, TracePorts {
  readonly ledger: LedgerReader;
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
      const { planeId, offboardingId, plane, now } = context;
      const entries = await readChain(ports.ledger, planeId);
      const permission = purgePermission(foldLedger(entries), offboardingId);
      if (!permission.allowed) return failure(permission.code, permission.message);
      const { approval } = permission;

      const earlier = await ports.journal.read(planeId);
      if (earlier?.result && earlier.scopeHash === approval.scopeHash)
        return (await leaveNoTrace(ports, plane)) ?? alreadyPurged(earlier.result);
      const targets = await purgeTargets(ports, plane);
      const opened = await openBooks(context, approval, earlier, await listParts(targets));
      if ('status' in opened) return opened;

      const interrupted = checkpoint(ports.ledger, context, approval.scopeHash);
      const destruction = await destroyParts(ports.journal, planeId, targets, opened, interrupted);
      const interruption = destruction.interruption ?? (await interrupted());
      if (interruption) return interruption;
      const traces = await eraseTraces(ports, { planeId, offboardingId });

      const second = await listParts(targets);
      const uploads = await listUploads(targets);
      const books = settle(destruction.books, second.found);
      await ports.journal.write(planeId, books);
      const left = second.found.filter(({ count }) => count > 0);
      if (left.length + second.problems.length + uploads.length + traces.length > 0)
        return incomplete(books, left, [
          ...destruction.problems,
          ...second.problems,
          ...uploads,
          ...traces,
        ]);

      const auditPreserved = startsWith(await readChain(ports.ledger, planeId), entries);
      if (!auditPreserved)
        throw new OffboardingError('LEDGER_CORRUPT', 'entries are missing that were there before');
      const data = purgeData(books, approval, { residue: second.found, auditPreserved }, now);
      // From here on a repeated run destroys nothing: once the claims are released, another plane may own the places.
      await ports.journal.write(planeId, { ...books, result: data });
      return (
        (await leaveNoTrace(ports, plane)) ?? {
          status: 'success',
          message: `destroyed ${data.recordsDeleted} records of ${data.bytesDeleted} bytes, ${data.alreadyAbsent} were already absent; a second listing found nothing`,
          data,
        }
      );
    },
  };
}

/** The first run destroys exactly what was approved; a resumed one at most what is left of it. */
async function openBooks(
  { plane, ledger, now }: StageContext,
  approval: Approval,
  earlier: PurgeProgress | undefined,
  listing: PartsListing,
): Promise<PurgeProgress | Interruption> {
  const { scope, scopeHash } = approval;
  const resumed = earlier?.scopeHash === scopeHash;
  if (!resumed && listing.problems.length > 0)
    return notListed(listing.problems, scope.parts.length);
  const found = scopeOf(plane, ledger, listing.found);
  const fits = resumed
    ? isWithinApprovedScope(outstandingScope(scope, earlier), found)
    : await isApprovedScope(scope, scopeHash, found);
  if (!fits) return scopeChanged(scope, found);
  const settled = earlier && settle(earlier, listing.found);
  return resumed && settled ? settled : openProgress(scope, scopeHash, now.toISOString(), settled);
}

async function destroyParts(
  journal: PurgeJournal,
  planeId: string,
  targets: readonly PurgeTarget[],
  opened: PurgeProgress,
  interrupted: () => Promise<Interruption | undefined>,
): Promise<{ books: PurgeProgress; problems: readonly Problem[]; interruption?: Interruption }> {
  let books = opened;
  const problems: Problem[] = [];
  for (const target of targets) {
    const part = books.parts.find(({ kind, ref }) => kind === target.kind && ref === target.ref);
    if (!part) throw new Error(`the approved scope has no part ${target.kind} ${target.ref}`);
    // Written before the first delete: after a crash, what is missing was taken by requests of ours.
    books = withPart(books, { ...part, underway: true });
    await journal.write(planeId, books);
    const outcome = await destroyPart(target, part, interrupted);
    problems.push(...outcome.problems);
    books = withPart(
      { ...books, uploadsAborted: books.uploadsAborted + outcome.uploadsAborted },
      outcome.part,
    );
    if (outcome.interruption) {
      await journal.write(planeId, books);
      return { books, problems, interruption: outcome.interruption };
    }
  }
  await journal.write(planeId, books);
  return { books, problems };
}

function alreadyPurged(data: PurgeData): StageResult<PurgeData> {
  return { status: 'skipped', message: 'an earlier run destroyed everything', data };
}

async function readChain(ledger: LedgerReader, planeId: string): Promise<readonly LedgerEntry[]> {
  const entries = await ledger.read(planeId);
  await assertChain(entries);
  return entries;
}

function startsWith(entries: readonly LedgerEntry[], before: readonly LedgerEntry[]): boolean {
  return before.every(({ hash }, index) => entries[index]?.hash === hash);
}
