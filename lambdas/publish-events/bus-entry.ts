import type { LedgerEntry } from '../core/ledger-entry.ts';
import { DETAIL_TYPES, EVENT_SOURCE, eventDetail } from '../core/ledger-event.ts';

/** What one request may hold in all: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
export const REQUEST_BYTES_MAX = 256 * 1024;
/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const REQUEST_ENTRIES_MAX = 10;
const TIME_BYTES = 14;

/** An event on its way to the bus, with the number of the stream record that it came of. */
export interface BusEntry {
  readonly sequenceNumber: string;
  readonly planeId: string;
  readonly source: string;
  readonly detailType: string;
  /** JSON. */
  readonly detail: string;
  readonly time: Date;
}

/** The event of a ledger entry. Should it be too large for any request, it goes without its data, and says so. */
export function busEntry(entry: LedgerEntry, sequenceNumber: string): BusEntry {
  const detail = eventDetail(entry);
  const whole: BusEntry = {
    sequenceNumber,
    planeId: entry.planeId,
    source: EVENT_SOURCE,
    detailType: DETAIL_TYPES[entry.type],
    detail: JSON.stringify(detail),
    time: new Date(entry.at),
  };
  if (entryBytes(whole) <= REQUEST_BYTES_MAX) return whole;
  return { ...whole, detail: JSON.stringify({ ...detail, data: {}, dataOmitted: true }) };
}

/**
 * Requests in the order of their entries, each within the limits of PutEvents and with one entry at most of any plane:
 * EventBridge goes on after an entry that it could not take, and a later one of the same plane must not overtake it.
 */
export function requestsOf(entries: readonly BusEntry[]): readonly (readonly BusEntry[])[] {
  const requests: BusEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const request = requests.at(-1);
    const size = entryBytes(entry);
    const fits =
      request !== undefined &&
      request.length < REQUEST_ENTRIES_MAX &&
      bytes + size <= REQUEST_BYTES_MAX &&
      !request.some(({ planeId }) => planeId === entry.planeId);
    if (fits) {
      request.push(entry);
      bytes += size;
    } else {
      requests.push([entry]);
      bytes = size;
    }
  }
  return requests;
}

/** As EventBridge counts: time, source, detail type, detail and resources in UTF-8. */
function entryBytes({ source, detailType, detail, planeId }: BusEntry): number {
  const encoder = new TextEncoder();
  return [source, detailType, detail, planeId].reduce(
    (sum, text) => sum + encoder.encode(text).length,
    TIME_BYTES,
  );
}
