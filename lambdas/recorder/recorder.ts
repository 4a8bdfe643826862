import { OffboardingError } from '../core/errors.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import { type LedgerEntry, sealEntry } from '../core/ledger-entry.ts';
import { assertMayRecord, type RecordCommand } from '../core/ledger-rules.ts';
import type { LedgerState } from '../core/ledger-state.ts';
import type { EventLog } from '../event-log.ts';
import { findPlane } from '../find-plane.ts';
import type { LedgerReader, Now, PlaneProjection, PlaneReader, Recorder } from '../ports.ts';
import { readChain } from '../read-ledger-state.ts';

// Each lost race means that somebody else's entry was written, and a plane sees a handful of writers at most.
const MAX_RACES = 10;

export interface LedgerAppender {
  /**
   * Puts the entry on condition that no entry has its `seq`: entries are written once and never again.
   * @returns `seq-taken` when another writer was faster; read again and decide again
   */
  append(entry: LedgerEntry): Promise<'appended' | 'seq-taken'>;
}

export interface RecorderPorts {
  readonly ledger: LedgerReader & LedgerAppender;
  readonly planes: PlaneReader & PlaneProjection;
  readonly now: Now;
  readonly log: EventLog;
}

/**
 * The single writer of the ledger. An entry and the transition it describes are one conditional write; whoever loses the
 * race for a `seq` reads again and is judged again by what won. The projection follows; a crash between the two is healed
 * by the retry, which finds the entry under its idempotency key and projects again.
 */
export function createRecorder(ports: RecorderPorts): Recorder {
  return {
    async record(command) {
      await findPlane(ports.planes, command.planeId);
      for (let race = 1; race <= MAX_RACES; race += 1) {
        const entries = await readChain(ports.ledger, command.planeId);
        const recorded = entries.find((entry) => answers(entry, command));
        if (recorded) return await acknowledge(ports, command, recorded, foldLedger(entries));
        const entry = await nextEntry(foldLedger(entries), command, ports.now());
        if ((await ports.ledger.append(entry)) === 'appended') {
          const { holds } = foldLedger([...entries, entry]);
          await ports.planes.project(entry.planeId, entry.to, entry.seq, holds.length);
          ports.log.info('entry recorded', summaryOf(entry));
          return entry;
        }
        ports.log.info('ledger race lost', { ...summaryOf(entry), race });
      }
      throw new OffboardingError(
        'LEDGER_CONTENTION',
        `${MAX_RACES} other entries were written to ${command.planeId} meanwhile`,
      );
    },
  };
}

/** A key is one for each kind of entry: who may ask for one kind must not be in the way of another. */
function answers(entry: LedgerEntry, { idempotencyKey, type, to }: RecordCommand): boolean {
  return (
    entry.idempotencyKey === idempotencyKey &&
    entry.type === type &&
    (to === undefined || entry.to === to)
  );
}

async function acknowledge(
  ports: RecorderPorts,
  command: RecordCommand,
  recorded: LedgerEntry,
  head: LedgerState,
): Promise<LedgerEntry> {
  const { lifecycleState, seq, holds } = head;
  await ports.planes.project(command.planeId, lifecycleState, seq, holds.length);
  ports.log.info('entry already recorded', summaryOf(recorded));
  return recorded;
}

async function nextEntry(
  state: LedgerState,
  command: RecordCommand,
  now: Date,
): Promise<LedgerEntry> {
  const at = now.toISOString();
  assertMayRecord(state, command, at);
  const { planeId, offboardingId, type, actor, reason, data, idempotencyKey } = command;
  return sealEntry({
    planeId,
    seq: state.seq + 1,
    offboardingId,
    type,
    from: state.lifecycleState,
    to: command.to ?? state.lifecycleState,
    actor,
    reason,
    data,
    at,
    idempotencyKey,
    prevHash: state.headHash,
  });
}

function summaryOf({ seq, type, from, to, actor, hash }: LedgerEntry) {
  return { seq, type, from, to, actor, hash };
}
