import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIFECYCLE_STATES } from '../../lambdas/core/lifecycle.ts';
import { FORCE_RULES } from '../../lambdas/policy-gate/attempt.ts';
import { decide } from '../../lambdas/policy-gate/decide.ts';
import type { ApprovalFacts } from '../../lambdas/policy-gate/facts.ts';
import { ROLES } from '../../lambdas/policy-gate/roles.ts';
import { APPROVER, PLANE_ID, REQUESTER } from '../support/builders.ts';
import { ENGINE } from '../support/policies.ts';
import { ALLOWED, type Case, changed, FORCER, OFFICER, SCOPE } from './policy-cases.ts';

const { start, force, approve, reject, deactivate, purge } = ALLOWED;
const { removeDependent, removeLease } = ALLOWED;
const approval = purge.facts.approval satisfies ApprovalFacts;
const ACTIONS = Object.keys(ALLOWED) as (keyof typeof ALLOWED)[];

function ask({ attempt, facts, environment }: Case) {
  return decide({ engine: ENGINE, environment }, PLANE_ID, attempt, facts);
}

function answerTo(one: Case) {
  const { decision, reasons } = ask(one);
  return [decision, ...reasons.map(({ policy }) => policy)];
}

describe('the policies', () => {
  it.each(ACTIONS)('allow %s when nothing speaks against it', (action) => {
    expect(ask(ALLOWED[action])).toEqual({ decision: 'ALLOWED', reasons: [] });
  });

  it.each([
    ['start', 'operator', 'operators-run-offboardings'],
    ['cancel', 'operator', 'operators-run-offboardings'],
    ['force', 'forcer', 'forcers-skip-the-grace-period'],
    ['hold', 'legal', 'legal-holds-and-releases'],
    ['release', 'legal', 'legal-holds-and-releases'],
    ['approve', 'approver', 'approvers-decide-purges'],
    ['reject', 'approver', 'approvers-decide-purges'],
  ] as const)('let nobody %s but who is %s, whatever else they are', (action, role, policy) => {
    const others = ROLES.filter((other) => other !== role);
    expect(ask(changed(ALLOWED[action], { attempt: { roles: others } }))).toEqual({
      decision: 'BLOCKED',
      reasons: [{ policy, code: 'NOT_PERMITTED', message: `to ${action} takes the role ${role}` }],
    });
  });
});

/** Each prohibition: what it forbids, by which change, and what lifts it again. */
const PROHIBITIONS: readonly (readonly [
  policy: string,
  forbidden: Case,
  allowed: readonly Case[],
])[] = [
  [
    'legal-hold',
    changed(deactivate, { facts: { openHolds: 1, deactivationCommitted: true } }),
    [deactivate],
  ],
  ['legal-hold', changed(purge, { facts: { openHolds: 2, purgeCommitted: true } }), [purge]],
  ...(
    [
      ['dependents-are-removed-by-their-declarer', removeDependent],
      ['leases-are-given-back-by-their-holder', removeLease],
    ] as const
  ).map(([policy, { attempt, facts, environment }]) => {
    const ofSomebodyElse = changed(
      { attempt, facts, environment },
      { attempt: { whose: OFFICER, roles: ROLES.filter((role) => role !== 'operator') } },
    );
    const { whose: _, ...nothingThere } = attempt;
    return [
      policy,
      ofSomebodyElse,
      [
        changed(ofSomebodyElse, { attempt: { whose: APPROVER } }),
        changed(ofSomebodyElse, { attempt: { roles: ['operator'] } }),
        { attempt: nothingThere, facts, environment },
      ],
    ] as const;
  }),
  [
    'only-what-was-announced-is-deactivated',
    changed(deactivate, { facts: { lifecycleState: 'DEACTIVATED' } }),
    [deactivate],
  ],
  [
    'only-what-is-archived-is-purged',
    changed(purge, { facts: { lifecycleState: 'DEACTIVATED' } }),
    [purge],
  ],
  [
    'dependents-are-acknowledged',
    changed(deactivate, {
      facts: { dependents: ['a', 'b'] },
      attempt: { acknowledgedDependents: ['a', 'c'] },
    }),
    [
      changed(deactivate, {
        facts: { dependents: ['a', 'b'] },
        attempt: { acknowledgedDependents: ['c', 'b', 'a'] },
      }),
      changed(deactivate, { facts: { dependents: ['a'], deactivationCommitted: true } }),
    ],
  ],
  [
    'uses-are-answered',
    changed(deactivate, { facts: { unansweredUses: 1 } }),
    [changed(deactivate, { facts: { unansweredUses: 1, deactivationCommitted: true } })],
  ],
  [
    'grace-asked-for-reaches-the-floor',
    changed(start, { attempt: { gracePeriodDays: 6 } }),
    [changed(force, { attempt: { gracePeriodDays: 0 } })],
  ],
  [
    'retention-asked-for-reaches-the-floor',
    changed(start, { attempt: { retentionDays: 29 } }),
    [changed(start, { attempt: { retentionDays: 0, erasure: true } })],
  ],
  [
    'retention-asked-for-reaches-the-floor',
    changed(force, { attempt: { retentionDays: 29 } }),
    [force],
  ],
  [
    'grace-served-reaches-the-floor',
    changed(deactivate, { facts: { daysSinceDeregistration: 6 } }),
    [
      changed(deactivate, { facts: { daysSinceDeregistration: 6, deactivationCommitted: true } }),
      changed(deactivate, {
        facts: { daysSinceDeregistration: 0, forcers: [FORCER, OFFICER] },
      }),
    ],
  ],
  [
    'retention-served-reaches-the-floor',
    changed(purge, { facts: { daysInArchive: 29 } }),
    [
      changed(purge, { facts: { daysInArchive: 29, erasure: true } }),
      changed(purge, { facts: { daysInArchive: 29, purgeCommitted: true } }),
    ],
  ],
  [
    'retention-is-over',
    changed(purge, { facts: { retentionOver: false } }),
    [
      changed(purge, { facts: { retentionOver: false, erasure: true } }),
      changed(purge, { facts: { retentionOver: false, purgeCommitted: true } }),
    ],
  ],
  [
    'force-is-allowed-here',
    changed(force, { environment: { force: 'never' } }),
    [changed(force, { environment: { force: 'one-person' } })],
  ],
  ['force-has-a-reason', changed(force, { attempt: { hasForceReason: false } }), [force]],
  [
    'force-was-agreed-to',
    changed(deactivate, { facts: { daysSinceDeregistration: 0, forcers: [FORCER] } }),
    [
      changed(deactivate, {
        facts: { daysSinceDeregistration: 0, forcers: [FORCER] },
        environment: { force: 'one-person' },
      }),
      changed(deactivate, { facts: { daysSinceDeregistration: 7, forcers: [FORCER] } }),
    ],
  ],
  [
    'force-was-agreed-to',
    changed(deactivate, {
      facts: { daysSinceDeregistration: 0, forcers: [FORCER, OFFICER] },
      environment: { force: 'never' },
    }),
    [
      changed(deactivate, {
        facts: {
          daysSinceDeregistration: 0,
          forcers: [FORCER, OFFICER],
          deactivationCommitted: true,
        },
        environment: { force: 'never' },
      }),
    ],
  ],
  [
    'approver-is-not-requester',
    changed(approve, { facts: { requesters: [REQUESTER, APPROVER] } }),
    [changed(reject, { facts: { requesters: [APPROVER] } })],
  ],
  [
    'approver-has-not-forced',
    changed(approve, { facts: { forcers: [FORCER, APPROVER] } }),
    [changed(reject, { facts: { forcers: [APPROVER] } })],
  ],
  [
    'decision-is-about-this-scope',
    changed(approve, { attempt: { scopeHash: 'd'.repeat(64) } }),
    [approve],
  ],
  [
    'decision-is-about-this-scope',
    changed(reject, { attempt: { scopeHash: 'd'.repeat(64) } }),
    [reject],
  ],
  [
    'enough-approvals-count',
    changed(purge, {
      facts: {
        approval: { ...approval, approvals: [{ approver: APPROVER, scopeHash: SCOPE }] },
      },
    }),
    [changed(purge, { facts: { approval: { ...approval, requiredApprovals: 1 } } })],
  ],
];

/** The prohibitions that only say that something is still missing. */
const AWAITED: typeof PROHIBITIONS = [
  [
    'runs-and-queries-have-ended',
    changed(deactivate, { facts: { activeUsage: 1 } }),
    [changed(deactivate, { facts: { activeUsage: 1, deactivationCommitted: true } })],
  ],
  [
    'force-takes-a-second-person',
    changed(force, { facts: { forceRequestedBy: FORCER } }),
    [
      force,
      changed(force, {
        facts: { forceRequestedBy: FORCER },
        environment: { force: 'one-person' },
      }),
      changed(force, { facts: { forceRequestedBy: FORCER, lifecycleState: 'DEACTIVATED' } }),
    ],
  ],
  [
    'enough-approvals-are-awaited',
    changed(purge, { facts: { approval: { ...approval, isOpen: true, approvals: [] } } }),
    [changed(purge, { facts: { approval: { ...approval, isOpen: true } } })],
  ],
];

describe('what the policies forbid', () => {
  it.each(PROHIBITIONS)('%s', (policy, forbidden, allowed) => {
    expect(answerTo(forbidden)).toEqual(['BLOCKED', policy]);
    for (const one of allowed) expect(answerTo(one)).toEqual(['ALLOWED']);
  });

  it.each(AWAITED)('%s, until it is no longer missing', (policy, missing, allowed) => {
    expect(answerTo(missing)).toEqual(['PENDING', policy]);
    for (const one of allowed) expect(answerTo(one)).toEqual(['ALLOWED']);
  });

  it('purge-was-asked-for', () => {
    const { approval: _, ...facts } = purge.facts;
    expect(answerTo({ ...purge, facts })).toEqual(['BLOCKED', 'purge-was-asked-for']);
  });

  it('nothing that no case above is about', () => {
    const tested = [...PROHIBITIONS, ...AWAITED].map(([policy]) => policy);
    const known = ENGINE.policies.filter(({ effect }) => effect === 'forbid').map(({ id }) => id);
    expect([...new Set([...tested, 'purge-was-asked-for'])].sort()).toEqual([...known].sort());
  });
});

describe('the reasons', () => {
  it('name every prohibition, the hold first, and what is only missing last', () => {
    const facts = { openHolds: 1, dependents: ['a'], activeUsage: 2, daysSinceDeregistration: 3 };
    expect(ask(changed(deactivate, { facts }))).toEqual({
      decision: 'BLOCKED',
      reasons: [
        { policy: 'legal-hold', code: 'LEGAL_HOLD', message: '1 legal hold(s) are in force' },
        {
          policy: 'dependents-are-acknowledged',
          code: 'DEPENDENTS_EXIST',
          message: '1 dependent(s) still name the plane and are not acknowledged: a',
        },
        {
          policy: 'grace-served-reaches-the-floor',
          code: 'GRACE_UNDER_FLOOR',
          message: 'the grace period began 3 day(s) ago, this deployment wants at least 7',
        },
        {
          policy: 'runs-and-queries-have-ended',
          code: 'ACTIVE_USAGE',
          message: '2 lease(s) are held on the plane',
        },
      ],
    });
  });

  it('name ten dependents at most', () => {
    const dependents = Array.from({ length: 12 }, (_, index) => `d${index}`);
    const { reasons } = ask(changed(deactivate, { facts: { dependents } }));
    expect(reasons[0]?.message).toBe(
      '12 dependent(s) still name the plane and are not acknowledged: d0, d1, d2, d3, d4, d5, d6, d7, d8, d9 …',
    );
  });

  it('of a purge say why an approval on record does not count', () => {
    const approvals = [
      { approver: APPROVER, scopeHash: SCOPE },
      { approver: REQUESTER, scopeHash: SCOPE },
    ];
    const facts = { approval: { ...approval, approvals } };
    expect(ask(changed(purge, { facts })).reasons).toEqual([
      {
        policy: 'enough-approvals-count',
        code: 'PURGE_NOT_APPROVED',
        message: 'only 1 of 2 approval(s) on record count',
      },
      {
        policy: 'approver-is-not-requester',
        code: 'APPROVER_IS_REQUESTER',
        message: 'who asked for the purge cannot approve it',
      },
    ]);
  });

  it('of a purge under the approval of another scope say so', () => {
    const approvals = [APPROVER, OFFICER].map((approver) => ({ approver, scopeHash: 'd' }));
    const facts = { approval: { ...approval, approvals } };
    expect(answerTo(changed(purge, { facts }))).toEqual([
      'BLOCKED',
      'enough-approvals-count',
      'decision-is-about-this-scope',
    ]);
  });
});

describe('whatever the facts are', () => {
  const people = fc.subarray([REQUESTER, APPROVER, OFFICER, FORCER]);
  const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
  const some = fc.record({
    lifecycleState: fc.constantFrom(...LIFECYCLE_STATES),
    openHolds: fc.nat({ max: 2 }),
    activeUsage: fc.nat({ max: 2 }),
    unansweredUses: fc.nat({ max: 2 }),
    dependents: fc.subarray(['a', 'b', 'c']),
    deactivationCommitted: fc.boolean(),
    purgeCommitted: fc.boolean(),
    daysSinceDeregistration: maybe(fc.nat({ max: 400 })),
    daysInArchive: maybe(fc.nat({ max: 400 })),
    retentionOver: fc.boolean(),
    erasure: fc.boolean(),
    requesters: people,
    forcers: people,
    forceRequestedBy: maybe(fc.constantFrom(REQUESTER, FORCER)),
    approval: maybe(
      fc.record({
        scopeHash: fc.constantFrom('c', 'd'),
        requiredApprovals: fc.integer({ min: 1, max: 3 }),
        isOpen: fc.boolean(),
        approvals: people.chain((approvers) =>
          fc.tuple(
            ...approvers.map((approver) =>
              fc.record({ approver: fc.constant(approver), scopeHash: fc.constantFrom('c', 'd') }),
            ),
          ),
        ),
      }),
    ),
  });
  const environment = fc.record({
    gracePeriodFloorDays: fc.constantFrom(0, 7),
    retentionFloorDays: fc.constantFrom(0, 30),
    force: fc.constantFrom(...FORCE_RULES),
  });
  const transition = fc.oneof(
    fc.constant({ action: 'purge' } as const),
    fc
      .subarray(['a', 'b', 'c'])
      .map((acknowledgedDependents) => ({ action: 'deactivate', acknowledgedDependents }) as const),
  );
  const question = fc.record({ attempt: transition, facts: some, environment }).map(
    // A fact that is not there is absent, never undefined.
    (one) => JSON.parse(JSON.stringify(one)) as Case,
  );

  it('an open hold allows neither DEACTIVATED nor PURGED', () => {
    fc.assert(
      fc.property(question, fc.integer({ min: 1, max: 3 }), (one, openHolds) => {
        const { decision, reasons } = ask(changed(one, { facts: { openHolds } }));
        expect(decision).toBe('BLOCKED');
        expect(reasons[0]?.code).toBe('LEGAL_HOLD');
      }),
      { numRuns: 300 },
    );
  }, 30_000);

  it('a purge takes as many people as were asked for, who neither asked nor forced, about this scope', () => {
    const asked = question.filter(({ facts }) => facts.approval !== undefined);
    fc.assert(
      fc.property(asked, ({ facts: { requesters, forcers, approval: given } }) => {
        const { scopeHash = '', requiredApprovals = 1, approvals = [] } = given ?? {};
        const counting = approvals.filter(
          (one) =>
            one.scopeHash === scopeHash &&
            !requesters.includes(one.approver) &&
            !forcers.includes(one.approver),
        );
        const facts = { ...purge.facts, requesters, forcers, ...(given && { approval: given }) };
        const isAllowed = ask({ ...purge, facts }).decision === 'ALLOWED';
        expect(isAllowed).toBe(counting.length >= requiredApprovals);
      }),
      { numRuns: 300 },
    );
  }, 30_000);
});
