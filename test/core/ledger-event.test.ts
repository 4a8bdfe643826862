import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LEDGER_ENTRY_TYPES, type LedgerEntryType } from '../../lambdas/core/ledger-entry.ts';
import { DETAIL_TYPES, eventDetail, PUBLISHED_DATA } from '../../lambdas/core/ledger-event.ts';
import { passGate } from '../../lambdas/policy-gate/policy-gate.ts';
import { createRecorder } from '../../lambdas/recorder/recorder.ts';
import {
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
  TIMES,
} from '../support/builders.ts';
import { fakeLedger } from '../support/fake-ledger.ts';
import { fakePlanes } from '../support/fake-planes.ts';
import { dependent, fakeUsage, lease } from '../support/fake-usage.ts';
import { deregistered, ledgerOf } from '../support/ledgers.ts';
import { ENGINE, EVERYBODY, gateOver, PROD } from '../support/policies.ts';
import { recordingLog } from '../support/recording-log.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'events.md'), 'utf8');
const rows = new Map(
  [...page.matchAll(/^\| ([A-Z][\w ]+) \| ([A-Z_]+) \|(.*)\|$/gm)].map(
    ([, detailType, type = '', data = '']) => [
      type,
      {
        detailType,
        fields: [...data.replace(/\([^)]*\)/g, '').matchAll(/`(\w+)`/g)].map(([, name]) => name),
      },
    ],
  ),
);

describe('docs/events.md', () => {
  it('has a row for each type of entry', () => {
    expect([...rows.keys()].sort()).toEqual([...LEDGER_ENTRY_TYPES].sort());
  });

  it.each(LEDGER_ENTRY_TYPES)('says what is published of %s', (type: LedgerEntryType) => {
    const row = rows.get(type);
    expect(row?.detailType).toBe(DETAIL_TYPES[type]);
    expect([...(row?.fields ?? [])].sort()).toEqual([...PUBLISHED_DATA[type]].sort());
  });
});

describe('the event of a refusal', () => {
  async function gate() {
    const ledger = fakeLedger(await ledgerOf(deregistered()));
    const usage = fakeUsage();
    const now = () => new Date(TIMES.graceEnd);
    const planes = fakePlanes(planeRecord());
    const recorder = createRecorder({ ledger, planes, now, log: recordingLog() });
    const policies = { engine: ENGINE, environment: PROD };
    const roles = { ...EVERYBODY, legal: [] };
    const ports = {
      ledger,
      usage,
      recorder,
      policies,
      roles,
      useDuringGrace: 'record',
      now,
    } as const;
    return {
      usage,
      ask: gateOver(ports).authorise,
      pass: () =>
        passGate(
          ports,
          {
            planeId: PLANE_ID,
            offboardingId: OFFBOARDING_ID,
            request: offboardingRequest(),
            transition: 'DEACTIVATED',
            idempotencyKey: 'off_1-1/Deactivation gate',
          },
          recordingLog(),
        ),
      /** What is published of the last entry. */
      published() {
        const entry = ledger.entries.at(-1);
        return entry && { type: entry.type, data: eventDetail(entry).data };
      },
    };
  }

  it('says what a caller wanted and why not', async () => {
    const { ask, published } = await gate();
    const caller = { identity: 'arn:aws:iam::111122223333:user/jane' };
    await expect(ask({ action: 'hold', planeId: PLANE_ID, caller })).rejects.toThrow();
    expect(published()).toEqual({
      type: 'BLOCKED',
      data: { action: 'hold', decision: 'BLOCKED', code: 'NOT_PERMITTED' },
    });
  });

  it('says where the workflow was stopped and why', async () => {
    const { pass, usage, published } = await gate();
    usage.declared.push(dependent());
    usage.leases.push(lease());
    await expect(pass()).rejects.toThrow();
    expect(published()).toEqual({
      type: 'BLOCKED',
      data: { transition: 'DEACTIVATED', decision: 'BLOCKED', code: 'DEPENDENTS_EXIST' },
    });
  });

  it('tells what is only missing from what is forbidden', async () => {
    const { pass, usage, published } = await gate();
    usage.leases.push(lease());
    await expect(pass()).rejects.toThrow();
    expect(published()?.data).toEqual({
      transition: 'DEACTIVATED',
      decision: 'PENDING',
      code: 'ACTIVE_USAGE',
    });
  });
});
