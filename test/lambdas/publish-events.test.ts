import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import { eventBus } from '../../lambdas/adapters/event-bus.ts';
import { LEDGER_ENTRY_TYPES, type LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import { DETAIL_TYPES, eventDetail } from '../../lambdas/core/ledger-event.ts';
import {
  type BusEntry,
  busEntry,
  REQUEST_BYTES_MAX,
  requestsOf,
} from '../../lambdas/publish-events/bus-entry.ts';
import { ledgerChanges } from '../../lambdas/publish-events/ledger-changes.ts';
import { type EventBus, publishEvents } from '../../lambdas/publish-events/publish-events.ts';
import { createEvents } from '../../local/events.ts';
import { serve } from '../local/serve.ts';
import { JOURNEYS, ledgerOf } from '../support/ledgers.ts';
import { recordingLog } from '../support/recording-log.ts';

const entryOf = (planeId: string, seq: number, over: Partial<LedgerEntry> = {}): LedgerEntry => ({
  planeId,
  seq,
  offboardingId: 'off_1',
  type: 'HALTED',
  from: 'ARCHIVED',
  to: 'ARCHIVED',
  actor: 'workflow',
  reason: 'written by a person',
  data: { stage: 'purge', code: 'LEGAL_HOLD', message: 'one hold is in force' },
  at: '2026-11-22T10:00:00.000Z',
  idempotencyKey: 'key',
  prevHash: '0'.repeat(64),
  hash: 'f'.repeat(64),
  ...over,
});
const record = (entry: LedgerEntry, number: number, eventName = 'INSERT'): DynamoDBRecord =>
  ({
    eventName,
    dynamodb: { SequenceNumber: String(number), NewImage: marshall(entry) },
  }) as DynamoDBRecord;

/** Records `1:kp_a 1` and so on: the number in the stream, the plane, and the entry's own number. */
const records = (...planes: readonly string[]) => {
  const seqs = new Map<string, number>();
  return planes.map((planeId, index) => {
    const seq = (seqs.get(planeId) ?? 0) + 1;
    seqs.set(planeId, seq);
    return record(entryOf(planeId, seq), index + 1);
  });
};

/** A bus that answers what `errorOf` says, or throws it. */
function scene(errorOf: (entry: BusEntry) => string | Error | undefined = () => undefined) {
  const requests: string[][] = [];
  const taken: string[] = [];
  const nameOf = ({ detail }: BusEntry) => {
    const { planeId, seq } = JSON.parse(detail) as { planeId: string; seq: number };
    return `${planeId} ${seq}`;
  };
  const bus: EventBus = {
    async put(entries) {
      requests.push(entries.map(nameOf));
      return entries.map((entry) => {
        const error = errorOf(entry);
        if (error instanceof Error) throw error;
        if (error === undefined) taken.push(nameOf(entry));
        return error;
      });
    },
  };
  const log = recordingLog();
  const publish = (batch: DynamoDBRecord[]) =>
    publishEvents(bus, ledgerChanges({ Records: batch }), log);
  return { requests, taken, log, publish };
}

describe('publishing', () => {
  it('puts entries in their order, and no two of one plane into one request', async () => {
    const { publish, requests } = scene();
    expect(await publish(records('a', 'b', 'a', 'a', 'c', 'b'))).toEqual({ batchItemFailures: [] });
    expect(requests).toEqual([['a 1', 'b 1'], ['a 2'], ['a 3', 'c 1', 'b 2']]);
  });

  it('puts ten into a request and no more', async () => {
    const { publish, requests } = scene();
    await publish(records(...'abcdefghijklm'));
    expect(requests.map(({ length }) => length)).toEqual([10, 3]);
  });

  it('stops at the first that was not taken and names it, so that nothing overtakes it', async () => {
    const { publish, taken } = scene(({ sequenceNumber }) =>
      sequenceNumber === '2' ? 'ThrottlingException' : undefined,
    );
    const answer = await publish(records('a', 'b', 'c', 'b', 'a'));
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(taken).toEqual(['a 1', 'c 1']);
  });

  it('names the first of a request that failed as a whole', async () => {
    const { publish, taken } = scene(({ sequenceNumber }) =>
      sequenceNumber === '3' ? new Error('the connection was cut') : undefined,
    );
    const answer = await publish(records('a', 'a', 'a', 'a'));
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '3' }] });
    expect(taken).toEqual(['a 1', 'a 2']);
  });

  it('publishes new entries only, and says aloud that another was changed or deleted', async () => {
    const { publish, taken, log } = scene();
    const [first] = records('a');
    const changed = record(entryOf('a', 1), 2, 'MODIFY');
    const removed = { eventName: 'REMOVE', dynamodb: { SequenceNumber: '3' } } as DynamoDBRecord;
    await publish(first ? [first, changed, removed] : []);
    expect(taken).toEqual(['a 1']);
    const errors = log.lines.filter(({ level }) => level === 'error');
    expect(errors.map(({ event }) => event)).toEqual(['ledger rewritten', 'ledger rewritten']);
  });
});

describe('an event', () => {
  it('says which entry of which plane it is about, what happened, and no reason', () => {
    expect(busEntry(entryOf('kp_1', 7), '99')).toEqual({
      sequenceNumber: '99',
      planeId: 'kp_1',
      source: 'knowledge-plane-offboarding',
      detailType: 'Offboarding halted',
      time: new Date('2026-11-22T10:00:00.000Z'),
      detail: JSON.stringify({
        planeId: 'kp_1',
        seq: 7,
        offboardingId: 'off_1',
        type: 'HALTED',
        from: 'ARCHIVED',
        to: 'ARCHIVED',
        actor: 'workflow',
        at: '2026-11-22T10:00:00.000Z',
        hash: 'f'.repeat(64),
        data: { stage: 'purge', code: 'LEGAL_HOLD' },
      }),
    });
  });

  it('has a detail type of its own for each type of entry', () => {
    expect(Object.keys(DETAIL_TYPES).sort()).toEqual([...LEDGER_ENTRY_TYPES].sort());
    expect(new Set(Object.values(DETAIL_TYPES)).size).toBe(LEDGER_ENTRY_TYPES.length);
  });

  it('holds nothing that a person wrote, of a whole offboarding', async () => {
    const entries = await ledgerOf(...JOURNEYS.PURGED);
    const reasons = entries.flatMap(({ reason }) => (reason === null ? [] : [reason]));
    expect(reasons.length).toBeGreaterThan(0);
    const text = JSON.stringify(entries.map(eventDetail));
    for (const reason of reasons) expect(text).not.toContain(reason);
  });

  it('that no request can hold goes without its data, and says so', () => {
    const long = 'x'.repeat(REQUEST_BYTES_MAX);
    const { detail } = busEntry(entryOf('kp_1', 7, { data: { stage: long } }), '1');
    expect(JSON.parse(detail)).toMatchObject({ seq: 7, data: {}, dataOmitted: true });
    const fits = 'x'.repeat(REQUEST_BYTES_MAX / 2);
    const half = (plane: string) => busEntry(entryOf(plane, 1, { data: { stage: fits } }), plane);
    expect(JSON.parse(half('a').detail).data.stage).toBe(fits);
    expect(requestsOf([half('a'), half('b')]).map(({ length }) => length)).toEqual([1, 1]);
  });
});

describe('the bus', () => {
  let served: Awaited<ReturnType<typeof serve>>;
  afterEach(() => served.close());

  it('is told each event, and answers each one', async () => {
    const events = createEvents({
      now: () => new Date('2026-11-22T10:00:05.000Z'),
      deliver: async () => {},
      onFailure: () => {},
    });
    events.createBus('offboarding');
    served = await serve(events);
    const bus = eventBus(new EventBridgeClient(served.config), 'offboarding');
    const entry = busEntry(entryOf('kp_1', 7), '1');
    expect(await bus.put([entry, { ...entry, detail: 'no JSON' }])).toEqual([
      undefined,
      'MalformedDetail',
    ]);
    expect(events.published('offboarding')).toMatchObject([
      {
        source: 'knowledge-plane-offboarding',
        'detail-type': 'Offboarding halted',
        time: '2026-11-22T10:00:00Z',
        resources: ['kp_1'],
        detail: { planeId: 'kp_1', seq: 7 },
      },
    ]);
  });
});
