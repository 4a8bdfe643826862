import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerAppender, ledgerReader } from '../../lambdas/adapters/ledger-table.ts';
import { assertChain, type LedgerEntry, sealEntry } from '../../lambdas/core/ledger-entry.ts';
import { createRecorder } from '../../lambdas/recorder/recorder.ts';
import { PLANE_ID, planeRecord } from '../support/builders.ts';
import { type DynaliteTables, startDynalite } from '../support/dynalite-tables.ts';
import { fakePlanes } from '../support/fake-planes.ts';
import { JOURNEYS, ledgerOf } from '../support/ledgers.ts';
import { recordingLog } from '../support/recording-log.ts';

let tables: DynaliteTables;
beforeAll(async () => {
  tables = await startDynalite();
  await tables.create('Ledger', { name: 'planeId', type: 'S' }, { name: 'seq', type: 'N' });
});
afterAll(() => tables.close());

const reader = () => ledgerReader(tables.client, 'Ledger');
const appender = () => ledgerAppender(tables.client, 'Ledger');

describe('the ledger table', () => {
  it('gives back what was written: the chain still holds after a round trip', async () => {
    const entries = await ledgerOf(...JOURNEYS.PURGED);
    for (const entry of entries) expect(await appender().append(entry)).toBe('appended');
    const read = await reader().read(PLANE_ID);
    expect(read).toEqual(entries);
    await assertChain(read);
  });

  it('writes a seq once: who comes second is told so, and what is there stays', async () => {
    const [first] = await ledgerOf(...JOURNEYS.PENDING_DEACTIVATE);
    const { hash: _, ...rest } = first as LedgerEntry;
    const ours = { ...rest, planeId: 'kp_race' };
    const one = await sealEntry({ ...ours, idempotencyKey: 'one' });
    const two = await sealEntry({ ...ours, idempotencyKey: 'two' });
    const outcomes = await Promise.all([appender().append(one), appender().append(two)]);
    expect(outcomes.toSorted()).toEqual(['appended', 'seq-taken']);
    const [winner] = outcomes[0] === 'appended' ? [one] : [two];
    expect(await reader().read('kp_race')).toEqual([winner]);
  });

  it('reads every page: a query ends after 1 MB', async () => {
    const [first] = await ledgerOf(...JOURNEYS.PENDING_DEACTIVATE);
    const { hash: _, ...rest } = first as LedgerEntry;
    for (let seq = 1; seq <= 6; seq += 1) {
      const data = { padding: randomBytes(150_000).toString('hex') };
      await appender().append(await sealEntry({ ...rest, planeId: 'kp_long', seq, data }));
    }
    const seqs = (await reader().read('kp_long')).map(({ seq }) => seq);
    expect(seqs).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('reads no other plane', async () => {
    expect(await reader().read('kp_')).toEqual([]);
  });

  it('passes on what is no lost race', async () => {
    const [entry] = await ledgerOf(...JOURNEYS.PENDING_DEACTIVATE);
    const missing = ledgerAppender(tables.client, 'NoSuchTable');
    await expect(missing.append(entry as LedgerEntry)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('keeps a gapless chain under twelve writers at once', async () => {
    const planeId = 'kp_busy';
    const recorder = createRecorder({
      ledger: { ...reader(), ...appender() },
      planes: fakePlanes(planeRecord({ planeId })),
      now: () => new Date('2026-11-22T10:00:00.000Z'),
      log: recordingLog(),
    });
    const hold = (reference: string) => ({
      planeId,
      offboardingId: null,
      type: 'HOLD_PLACED' as const,
      actor: 'somebody',
      reason: 'litigation',
      data: { reference },
      idempotencyKey: reference,
    });
    const asked = Array.from({ length: 12 }, (_, index) => `case-${index}`);
    const outcomes = await Promise.allSettled(asked.map((name) => recorder.record(hold(name))));
    const written = outcomes.filter(({ status }) => status === 'fulfilled').length;
    const refused = outcomes.filter(
      (outcome) => outcome.status === 'rejected' && outcome.reason.name === 'LEDGER_CONTENTION',
    ).length;
    expect(written + refused).toBe(12);
    const entries = await reader().read(planeId);
    await assertChain(entries);
    expect(entries).toHaveLength(written);
    for (const name of asked) await recorder.record(hold(name));
    expect(await reader().read(planeId)).toHaveLength(12);
  });
});
