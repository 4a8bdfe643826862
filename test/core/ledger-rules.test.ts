import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../lambdas/core/errors.ts';
import type { LifecycleState } from '../../lambdas/core/lifecycle.ts';
import { REQUESTER, TIMES } from '../support/builders.ts';
import {
  approvalExpired,
  approvalRequested,
  approved,
  archived,
  cancelled,
  certified,
  deactivated,
  deregistered,
  gatePassed,
  halted,
  holdPlaced,
  holdReleased,
  JOURNEYS,
  ledgerOf,
  purged,
  rejected,
  type Step,
  useNoticed,
} from '../support/ledgers.ts';

const ASKED = [...JOURNEYS.ARCHIVED, approvalRequested];
const APPROVED = [...ASKED, approved];
const COMMITTED = [...APPROVED, gatePassed('PURGED')];
const FINAL: Step = { ...certified, data: { phase: 'final' } };
const decidedAt = (decidedAtSeq: number): Step => ({
  ...gatePassed('DEACTIVATED'),
  data: { transition: 'DEACTIVATED', decidedAtSeq },
});
const FORCED = deregistered({ gracePeriodEnd: TIMES.requested, canCancel: false });

describe('what may follow', () => {
  const accepted: readonly (readonly [string, readonly Step[]])[] = [
    ['a purge in the normal order', JOURNEYS.PURGED],
    ['a certificate after the purge', [...JOURNEYS.PURGED, certified]],
    ['a final certificate after that', [...JOURNEYS.PURGED, certified, FINAL]],
    ['a cancel during the grace period', [deregistered(), cancelled]],
    [
      'a new offboarding after a cancel, under a new id',
      [
        deregistered(),
        cancelled,
        { ...deregistered(), offboardingId: 'off_2', at: TIMES.graceEnd },
      ],
    ],
    [
      'the gate at once when forced',
      [FORCED, { ...gatePassed('DEACTIVATED'), at: TIMES.requested }],
    ],
    [
      'the gate on the latest entry, whatever was refused since',
      [deregistered(), { type: 'BLOCKED', at: TIMES.graceEnd }, decidedAt(1), deactivated],
    ],
    ['the gate again after an interruption', [...COMMITTED, gatePassed('PURGED'), purged]],
    ['a hold before any offboarding', [holdPlaced()]],
    [
      'the gate after the hold is released',
      [holdPlaced(), holdReleased(), ...JOURNEYS.DEACTIVATED],
    ],
    ['a rejection', [...ASKED, rejected]],
    ['another question after a rejection', [...ASKED, rejected, approvalRequested]],
    ['another question after an expiry', [...ASKED, approvalExpired, approvalRequested]],
    ['an expiry that came while somebody approved', [...APPROVED, approvalExpired]],
    [
      'a halt of a deregistration that never left ACTIVE',
      [halted('deregister', 'ACTIVE_REFERENCES')],
    ],
    ['a halt at any time', [...JOURNEYS.PURGED, halted('certificate', 'CERTIFICATE_FAILED')]],
  ];

  it.each(accepted)('%s', async (_name, steps) => {
    expect(await ledgerOf(...steps)).toHaveLength(steps.length);
  });
});

describe('what may not follow', () => {
  const refused: readonly (readonly [string, ErrorCode, readonly Step[]])[] = [
    ['skipping the grace period', 'ILLEGAL_TRANSITION', [deactivated]],
    [
      'the gate on what it has not seen: a use',
      'LEDGER_CONTENTION',
      [deregistered(), useNoticed('2026-11-24T10:00:00.000Z'), decidedAt(1)],
    ],
    [
      'the gate on what it has not seen: a hold',
      'LEDGER_CONTENTION',
      [deregistered(), holdPlaced(), decidedAt(1)],
    ],
    ['archiving what still serves', 'ILLEGAL_TRANSITION', [deregistered(), archived]],
    ['purging what was not archived', 'ILLEGAL_TRANSITION', [...JOURNEYS.DEACTIVATED, purged]],
    ['deregistering twice', 'ILLEGAL_TRANSITION', [deregistered(), deregistered()]],
    [
      'deregistering under a second id',
      'OFFBOARDING_SUPERSEDED',
      [deregistered(), { ...deregistered(), offboardingId: 'off_2' }],
    ],
    [
      'starting a cancelled offboarding again',
      'OFFBOARDING_SUPERSEDED',
      [deregistered(), cancelled, deregistered()],
    ],
    [
      'starting a cancelled offboarding again, after another was cancelled too',
      'OFFBOARDING_SUPERSEDED',
      [
        deregistered(),
        cancelled,
        { ...deregistered(), offboardingId: 'off_2' },
        { ...cancelled, offboardingId: 'off_2' },
        deregistered(),
      ],
    ],
    ['deactivating past the gate', 'GATE_NOT_PASSED', [deregistered(), deactivated]],
    ['purging past the gate', 'GATE_NOT_PASSED', [...APPROVED, purged]],
    [
      'cancelling when the grace period is over',
      'GRACE_PERIOD_OVER',
      [deregistered(), { ...cancelled, at: TIMES.graceEnd }],
    ],
    ['cancelling a forced offboarding', 'GRACE_PERIOD_OVER', [FORCED, cancelled]],
    [
      'cancelling after the gate',
      'GRACE_PERIOD_OVER',
      // A clock that is behind must not reopen what was decided.
      [deregistered(), gatePassed('DEACTIVATED'), cancelled],
    ],
    ['cancelling twice', 'OFFBOARDING_SUPERSEDED', [deregistered(), cancelled, cancelled]],
    [
      'the gate before the grace period is over',
      'GRACE_PERIOD_ACTIVE',
      [deregistered(), { ...gatePassed('DEACTIVATED'), at: '2026-11-29T09:59:59.999Z' }],
    ],
    [
      'the gate after a cancel',
      'OFFBOARDING_SUPERSEDED',
      [deregistered(), cancelled, gatePassed('DEACTIVATED')],
    ],
    ['the gate before an offboarding', 'ILLEGAL_TRANSITION', [gatePassed('DEACTIVATED')]],
    [
      'the gate to DEACTIVATED under a hold',
      'LEGAL_HOLD',
      [holdPlaced(), deregistered(), gatePassed('DEACTIVATED')],
    ],
    [
      'the gate to PURGED under a hold',
      'LEGAL_HOLD',
      [...APPROVED, holdPlaced(), gatePassed('PURGED')],
    ],
    ['the gate without an approval', 'PURGE_NOT_APPROVED', [...ASKED, gatePassed('PURGED')]],
    [
      'the gate after a rejection',
      'PURGE_NOT_APPROVED',
      [...ASKED, rejected, gatePassed('PURGED')],
    ],
    [
      'the gate after an expiry',
      'PURGE_NOT_APPROVED',
      [...APPROVED, approvalExpired, gatePassed('PURGED')],
    ],
    [
      'the gate under an approval of an earlier question',
      'PURGE_NOT_APPROVED',
      [...APPROVED, approvalRequested, gatePassed('PURGED')],
    ],
    [
      'the purge under an approval that no longer fits',
      'GATE_NOT_PASSED',
      [...COMMITTED, halted('purge', 'SCOPE_CHANGED'), purged],
    ],
    [
      'asking for a purge too early',
      'ILLEGAL_TRANSITION',
      [...JOURNEYS.DEACTIVATED, approvalRequested],
    ],
    ['approving what nobody asked for', 'NO_OPEN_APPROVAL', [...JOURNEYS.ARCHIVED, approved]],
    ['approving what was rejected', 'NO_OPEN_APPROVAL', [...ASKED, rejected, approved]],
    ['approving what has expired', 'NO_OPEN_APPROVAL', [...ASKED, approvalExpired, approved]],
    ['rejecting what is being destroyed', 'NO_OPEN_APPROVAL', [...COMMITTED, rejected]],
    ['expiry of what is being destroyed', 'NO_OPEN_APPROVAL', [...COMMITTED, approvalExpired]],
    [
      'approving another scope',
      'STALE_SCOPE_HASH',
      [...ASKED, { ...approved, data: { scopeHash: 'd'.repeat(64) } }],
    ],
    [
      'approving what one asked for',
      'APPROVER_IS_REQUESTER',
      [...ASKED, { ...approved, actor: REQUESTER }],
    ],
    [
      'deciding for another offboarding',
      'OFFBOARDING_SUPERSEDED',
      [...ASKED, { ...approved, offboardingId: 'off_2' }],
    ],
    ['holding what is destroyed', 'ILLEGAL_TRANSITION', [...JOURNEYS.PURGED, holdPlaced()]],
    ['releasing what was not held', 'NO_SUCH_HOLD', [holdPlaced('case-1'), holdReleased('case-2')]],
    ['a certificate before the purge', 'ILLEGAL_TRANSITION', [...JOURNEYS.ARCHIVED, certified]],
    ['a final certificate before any other', 'ILLEGAL_TRANSITION', [...JOURNEYS.PURGED, FINAL]],
  ];

  it.each(refused)('%s: %s', async (_name, code, steps) => {
    await expect(ledgerOf(...steps.slice(0, -1))).resolves.toHaveLength(steps.length - 1);
    await expect(ledgerOf(...steps)).rejects.toMatchObject({ name: code });
  });

  const states: readonly LifecycleState[] = [
    'PENDING_DEACTIVATE',
    'DEACTIVATED',
    'ARCHIVED',
    'ACTIVE',
  ];
  it.each(states)('anything after PURGED, such as %s', async (to) => {
    const step: Step = { type: 'TRANSITION', to, at: TIMES.purged };
    await expect(ledgerOf(...JOURNEYS.PURGED, step)).rejects.toMatchObject({
      name: 'ILLEGAL_TRANSITION',
    });
  });
});
