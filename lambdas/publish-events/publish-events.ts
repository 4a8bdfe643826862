import type { LedgerEntry } from '../core/ledger-entry.ts';
import type { EventLog } from '../event-log.ts';
import { type BusEntry, busEntry, requestsOf } from './bus-entry.ts';

export interface EventBus {
  /**
   * Puts the entries on the bus, at most ten.
   * @returns for each entry its error code, or undefined for one that was taken
   * @throws when the bus took none of them
   */
  put(entries: readonly BusEntry[]): Promise<readonly (string | undefined)[]>;
}

/** A change of the ledger's table, as its stream has it. */
export interface LedgerChange {
  readonly sequenceNumber: string;
  /** Undefined for anything but a new entry. */
  readonly entry: LedgerEntry | undefined;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html */
export interface BatchResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/**
 * Publishes each new entry of the ledger as one event, in its order, at least once. It stops at the first that the bus does
 * not take and names it, so that Lambda calls again from there, and nothing overtakes it.
 */
export async function publishEvents(
  bus: EventBus,
  changes: readonly LedgerChange[],
  log: EventLog,
): Promise<BatchResponse> {
  const entries = changes.flatMap(({ sequenceNumber, entry }) => {
    if (entry) return [busEntry(entry, sequenceNumber)];
    // The table's policy lets nobody change or delete an entry; the ledger's hashes show who did it all the same.
    log.error('ledger rewritten', { sequenceNumber });
    return [];
  });
  for (const request of requestsOf(entries)) {
    const failed = await firstFailure(bus, request, log);
    if (failed) return { batchItemFailures: [{ itemIdentifier: failed.sequenceNumber }] };
  }
  log.info('events published', { count: entries.length });
  return { batchItemFailures: [] };
}

async function firstFailure(
  bus: EventBus,
  request: readonly BusEntry[],
  log: EventLog,
): Promise<BusEntry | undefined> {
  try {
    const errors = await bus.put(request);
    const index = errors.findIndex((error) => error !== undefined);
    const failed = index === -1 ? undefined : request[index];
    if (failed)
      log.warn('event not taken', { planeId: failed.planeId, code: errors[index] ?? 'unknown' });
    return failed;
  } catch (error) {
    log.error('event not taken', { error });
    return request[0];
  }
}
