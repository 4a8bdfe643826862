import { describe, expect, it } from 'vitest';
import { createRecorder } from '../../lambdas/recorder/recorder.ts';
import { PLANE_ID, planeRecord } from '../support/builders.ts';
import { fakeLedger } from '../support/fake-ledger.ts';
import { fakePlanes } from '../support/fake-planes.ts';
import { fakeUsage } from '../support/fake-usage.ts';
import { ENGINE, EVERYBODY, gateOver, PROD } from '../support/policies.ts';
import { recordingLog } from '../support/recording-log.ts';

const NOBODY = { ...EVERYBODY, legal: [] };
const question = { action: 'hold', planeId: PLANE_ID, caller: { identity: 'user/jane' } } as const;

function gateAt(first: string) {
  let time = first;
  const now = () => new Date(time);
  const ledger = fakeLedger();
  const planes = fakePlanes(planeRecord());
  const recorder = createRecorder({ ledger, planes, now, log: recordingLog() });
  const policies = { engine: ENGINE, environment: PROD };
  const facts = { usage: fakeUsage(), useDuringGrace: 'record', now } as const;
  const gate = gateOver({ ledger, recorder, policies, roles: NOBODY, ...facts });
  return {
    ledger,
    async ask(asked: Parameters<typeof gate.authorise>[0], at = time) {
      time = at;
      return await gate.authorise(asked).catch(({ name }: Error) => name);
    },
  };
}

describe('a refusal of the policy gate', () => {
  it('is on record once a day, and again when something else has been tried', async () => {
    const { ask, ledger } = gateAt('2026-11-22T10:00:00.000Z');
    for (let times = 0; times < 5; times += 1) expect(await ask(question)).toBe('NOT_PERMITTED');
    expect(ledger.entries).toHaveLength(1);
    await ask({ ...question, action: 'release' });
    await ask({ ...question, caller: { identity: 'user/bob' } });
    expect(ledger.entries).toHaveLength(3);
    await ask(question, '2026-11-23T00:00:00.000Z');
    expect(ledger.entries.map(({ actor }) => actor)).toEqual([
      'user/jane',
      'user/jane',
      'user/bob',
      'user/jane',
    ]);
  });

  it('is not on record for a plane that does not exist', async () => {
    const { ask, ledger } = gateAt('2026-11-22T10:00:00.000Z');
    expect(await ask({ ...question, planeId: 'kp_unknown' })).toBe('PLANE_NOT_FOUND');
    expect(ledger.entries).toEqual([]);
  });
});
