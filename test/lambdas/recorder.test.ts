import { describe, expect, it } from 'vitest';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import { assertChain } from '../../lambdas/core/ledger-entry.ts';
import { createRecorder } from '../../lambdas/recorder/recorder.ts';
import {
  deregistrationData,
  OFFBOARDING_ID,
  PLANE_ID,
  planeRecord,
  REQUESTER,
  TIMES,
} from '../support/builders.ts';
import { type FakeLedger, fakeLedger } from '../support/fake-ledger.ts';
import { fakePlanes } from '../support/fake-planes.ts';
import {
  cancelled,
  commandOf,
  deregistered,
  gatePassed,
  JOURNEYS,
  ledgerOf,
  purged,
  type Step,
} from '../support/ledgers.ts';
import { recordingLog } from '../support/recording-log.ts';

function scene(entries: readonly LedgerEntry[] = [], now: string = TIMES.requested) {
  const ledger = fakeLedger(entries);
  const planes = fakePlanes(planeRecord());
  const log = recordingLog();
  const ports = { ledger, planes, now: () => new Date(now), log };
  return { ...ports, recorder: createRecorder(ports) };
}

describe('the recorder', () => {
  it('writes the entry, sealed and chained, and projects the state', async () => {
    const { recorder, ledger, planes } = scene(
      await ledgerOf(...JOURNEYS.PENDING_DEACTIVATE),
      TIMES.graceEnd,
    );
    const entry = await recorder.record(commandOf(gatePassed('DEACTIVATED')));
    expect(entry).toMatchObject({
      planeId: PLANE_ID,
      seq: 2,
      offboardingId: OFFBOARDING_ID,
      type: 'GATE_PASSED',
      from: 'PENDING_DEACTIVATE',
      to: 'PENDING_DEACTIVATE',
      at: TIMES.graceEnd,
      prevHash: ledger.entries[0]?.hash,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    await assertChain(ledger.entries);
    expect(ledger.entries).toHaveLength(2);
    expect(planes.records.get(PLANE_ID)).toMatchObject({
      lifecycleState: 'PENDING_DEACTIVATE',
      ledgerSeq: 2,
    });
  });

  it('keeps what was found when the plane was deregistered', async () => {
    const { recorder, ledger } = scene();
    await recorder.record(commandOf(deregistered()));
    expect(foldLedger(ledger.entries).offboarding).toEqual({
      offboardingId: OFFBOARDING_ID,
      ...deregistrationData(),
    });
    expect(ledger.entries[0]?.actor).toBe(REQUESTER);
  });

  it('answers the same key with the entry already there, and writes nothing', async () => {
    const { recorder, ledger, log } = scene();
    const first = await recorder.record(commandOf(deregistered()));
    expect(await recorder.record(commandOf(deregistered()))).toEqual(first);
    expect(ledger.entries).toHaveLength(1);
    expect(log.lines.map(({ event }) => event)).toEqual([
      'entry recorded',
      'entry already recorded',
    ]);
  });

  it("has the keys of one kind of entry stand in nobody else's way", async () => {
    const { recorder, ledger } = scene();
    await recorder.record(commandOf(deregistered()));
    for (const _ of ['first', 'again'])
      expect(await recorder.record(commandOf(cancelled))).toMatchObject({ seq: 2, to: 'ACTIVE' });
    expect(ledger.entries.map(({ to }) => to)).toEqual(['PENDING_DEACTIVATE', 'ACTIVE']);
  });

  it('writes nothing that the rules refuse', async () => {
    const { recorder, ledger, planes } = scene();
    await expect(recorder.record(commandOf(purged))).rejects.toMatchObject({
      name: 'ILLEGAL_TRANSITION',
    });
    expect(ledger.entries).toEqual([]);
    expect(planes.records.get(PLANE_ID)).toEqual(planeRecord());
  });

  it('does not know a plane that nobody registered', async () => {
    const { recorder } = scene();
    await expect(
      recorder.record({ ...commandOf(deregistered()), planeId: 'kp_unknown' }),
    ).rejects.toMatchObject({ name: 'PLANE_NOT_FOUND' });
  });

  it('builds on no forged history', async () => {
    const entries = await ledgerOf(...JOURNEYS.DEACTIVATED);
    const { recorder } = scene(entries.map((entry) => ({ ...entry, actor: 'somebody else' })));
    await expect(recorder.record(commandOf(cancelled))).rejects.toMatchObject({
      name: 'LEDGER_CORRUPT',
    });
  });

  it('leaves a tombstone when a plane is purged, and goes on recording', async () => {
    const { recorder, planes } = scene(
      await ledgerOf(...JOURNEYS.PURGED.slice(0, -1)),
      TIMES.purged,
    );
    await recorder.record(commandOf(purged));
    expect(planes.records.get(PLANE_ID)).toEqual({
      planeId: PLANE_ID,
      lifecycleState: 'PURGED',
      ledgerSeq: 8,
    });
    await recorder.record(commandOf({ type: 'CERTIFIED', at: TIMES.purged }, 'certificate'));
    expect(planes.records.get(PLANE_ID)).toMatchObject({ ledgerSeq: 9 });
  });
});

describe('the recorder after a crash between its two writes', () => {
  it('projects when it is asked again', async () => {
    const { recorder, ledger, planes } = scene();
    const project = planes.project;
    planes.project = async () => {
      throw new Error('crashed');
    };
    await expect(recorder.record(commandOf(deregistered()))).rejects.toThrow('crashed');
    expect(ledger.entries).toHaveLength(1);
    expect(planes.records.get(PLANE_ID)).toEqual(planeRecord());

    planes.project = project;
    await recorder.record(commandOf(deregistered()));
    expect(ledger.entries).toHaveLength(1);
    expect(planes.records.get(PLANE_ID)).toMatchObject({
      lifecycleState: 'PENDING_DEACTIVATE',
      ledgerSeq: 1,
    });
  });

  it('never projects backwards: a late retry shows where the plane is by now', async () => {
    const { recorder, planes } = scene();
    await recorder.record(commandOf(deregistered()));
    await recorder.record(commandOf(cancelled, 'cancel'));
    await recorder.record(commandOf(deregistered()));
    expect(planes.records.get(PLANE_ID)).toMatchObject({ lifecycleState: 'ACTIVE', ledgerSeq: 2 });
  });
});

describe('two writers at once', () => {
  /** Before the first append, another writer gets its entry in. */
  function overtaken(ledger: FakeLedger, times: number, other: () => Promise<LedgerEntry>) {
    const append = ledger.append;
    let left = times;
    ledger.append = async (entry) => {
      if (left > 0) {
        left -= 1;
        await append(await other());
      }
      return append(entry);
    };
  }

  it('the loser is judged again by what the winner wrote', async () => {
    const begun = await ledgerOf(deregistered());
    const { recorder, ledger } = scene(begun, TIMES.graceEnd);
    overtaken(
      ledger,
      1,
      async () => (await ledgerOf(deregistered(), cancelled)).at(-1) as LedgerEntry,
    );
    await expect(recorder.record(commandOf(gatePassed('DEACTIVATED')))).rejects.toMatchObject({
      name: 'OFFBOARDING_SUPERSEDED',
    });
    expect(ledger.entries.map(({ type, to }) => `${type} ${to}`)).toEqual([
      'TRANSITION PENDING_DEACTIVATE',
      'TRANSITION ACTIVE',
    ]);
  });

  it('the loser goes on behind the winner when both may', async () => {
    const { recorder, ledger, log } = scene();
    const hold = (seq: number): Step => ({
      type: 'HOLD_PLACED',
      data: { reference: `case-${seq}` },
      at: TIMES.requested,
    });
    overtaken(ledger, 3, async () => {
      const steps = Array.from({ length: ledger.entries.length + 1 }, (_, seq) => hold(seq));
      return (await ledgerOf(...steps)).at(-1) as LedgerEntry;
    });
    const entry = await recorder.record(commandOf(deregistered()));
    expect(entry.seq).toBe(4);
    await assertChain(ledger.entries);
    expect(log.lines.filter(({ event }) => event === 'ledger race lost')).toHaveLength(3);
  });

  it('gives up after ten lost races', async () => {
    const { recorder, ledger } = scene();
    ledger.append = async () => 'seq-taken';
    await expect(recorder.record(commandOf(deregistered()))).rejects.toMatchObject({
      name: 'LEDGER_CONTENTION',
    });
  });

  it('both ask for the same entry: it is written once', async () => {
    const { recorder, ledger } = scene();
    const entries = await Promise.all([
      recorder.record(commandOf(deregistered())),
      recorder.record(commandOf(deregistered())),
    ]);
    expect(entries[0]).toEqual(entries[1]);
    expect(ledger.entries).toHaveLength(1);
  });
});
