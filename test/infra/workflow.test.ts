import validateAsl from 'asl-validator';
import { describe, expect, it } from 'vitest';
import {
  API_ERROR_CODES,
  GATE_ERROR_CODES,
  LEDGER_ERROR_CODES,
  STAGE_ERROR_CODES,
} from '../../lambdas/core/errors.ts';
import { definitionOf, pathsFrom, reachableFrom, stateOf } from '../support/workflow-graph.ts';

const definition = definitionOf('Offboarding-prod');
const states = Object.entries(definition.States);
const tasks = states.filter(([, { Type }]) => Type === 'Task');
const packShard = definition.States['Pack shards']?.ItemProcessor?.States['Pack shard'];
const lambdaTasks = [
  ...tasks.filter(([, { Resource }]) => Resource?.includes('lambda:invoke')),
  ...(packShard ? [['Pack shard', packShard] as const] : []),
];

/** Each task that may fail, and the stage under which the ledger's HALTED entry has it. */
const FAILED_STAGE: Readonly<Record<string, string>> = {
  'Locate plane': 'locate',
  Deregister: 'deregister',
  'Record pending deactivation': 'deregister',
  'Verify deactivation is safe': 'verify_deactivate',
  'Deactivation gate': 'deactivate',
  Deactivate: 'deactivate',
  'Record deactivated': 'deactivate',
  'Plan archive': 'archive',
  'Pack shards': 'archive',
  'Seal archive': 'archive',
  'Explain unpacked shards': 'archive',
  'Evict hot data': 'archive',
  'Record archived': 'archive',
  'Schedule purge': 'archive',
  'Reschedule purge': 'archive',
  'Schedule purge unless erased': 'archive',
  'Reschedule purge unless erased': 'archive',
  'Request purge approval': 'approval',
  'Remind approvers': 'approval',
  'Await purge approval': 'approval',
  'Record rejection': 'approval',
  'Record expiry': 'approval',
  'Purge gate': 'purge',
  Purge: 'purge',
  'Record purged': 'purge',
  'Issue certificate': 'certificate',
};

describe('the definition', () => {
  it('is valid Amazon States Language', () => {
    const text = JSON.stringify(definition).replaceAll(`\${AWS::Partition}`, 'aws');
    const { isValid, errorsText } = validateAsl(JSON.parse(text));
    expect(errorsText('\n')).toBe('');
    expect(isValid).toBe(true);
  });

  it('ends before AWS would end it', () => {
    expect(definition.TimeoutSeconds).toBeLessThan(365 * 24 * 3600);
    expect(definition.TimeoutSeconds).toBe(31_449_600);
  });

  it('is the same in every environment but for its times and its concurrency', () => {
    expect(Object.keys(definitionOf('Offboarding-dev').States)).toEqual(
      Object.keys(definition.States),
    );
  });

  it('names no error that nobody raises', () => {
    const ours: ReadonlySet<string> = new Set([
      ...STAGE_ERROR_CODES,
      ...GATE_ERROR_CODES,
      ...LEDGER_ERROR_CODES,
      ...API_ERROR_CODES,
    ]);
    const matched = states.flatMap(([, { Retry = [], Catch = [] }]) =>
      [...Retry, ...Catch].flatMap(({ ErrorEquals }) => ErrorEquals),
    );
    const codes = new Set(matched.filter((name) => /^[A-Z_]+$/.test(name)));
    expect([...codes].sort()).toEqual([
      'ACTIVE_USAGE',
      'APPROVAL_DECIDED',
      'GRACE_PERIOD_ACTIVE',
      'LEDGER_CONTENTION',
      'OFFBOARDING_SUPERSEDED',
      'STAGE_PENDING',
    ]);
    expect([...codes].filter((code) => !ours.has(code))).toEqual([]);
  });
});

describe('every way through the workflow', () => {
  const terminal = new Set(
    states.flatMap(([name, { Type }]) => (['Succeed', 'Fail'].includes(Type) ? [name] : [])),
  );

  it('ends in one of five states', () => {
    expect([...terminal].sort()).toEqual([
      'Already purged',
      'Halted',
      'Kept in archive',
      'Purged',
      'Superseded',
    ]);
  });

  it('ends, from whatever the ledger says', () => {
    const branches = stateOf(definition, 'Where does the plane stand?');
    const starts = [...(branches.Choices ?? []).map(({ Next = '' }) => Next), branches.Default];
    expect(starts).toEqual([
      'Deregister',
      'Wait out the grace period',
      'Plan archive',
      'Purge gate',
      'Schedule purge unless erased',
      'Schedule purge',
      'Request purge approval',
      'Already purged',
      'Issue certificate',
      'Unknown lifecycle state',
    ]);
    for (const start of starts)
      for (const path of pathsFrom(definition, start ?? '')) {
        const last = path.at(-1) ?? '';
        expect(terminal.has(last) || path.indexOf(last) < path.length - 1).toBe(true);
      }
  });

  it('leaves no state out', () => {
    expect([...reachableFrom(definition, 'Locate plane')].sort()).toEqual(
      states.map(([name]) => name).sort(),
    );
  });

  it.each([
    ['Deactivate', 'Deactivation gate'],
    ['Deactivation gate', 'Verify deactivation is safe'],
    ['Verify deactivation is safe', 'Wait out the grace period'],
    ['Evict hot data', 'Seal archive'],
    ['Purge', 'Purge gate'],
    ['Record purged', 'Purge'],
  ])('reaches %s only through %s', (target, gate) => {
    expect(reachableFrom(definition, 'Locate plane').has(target)).toBe(true);
    expect(reachableFrom(definition, 'Locate plane', [gate]).has(target)).toBe(false);
  });

  it('asks for approval before the purge gate, unless the gate has let this purge pass before', () => {
    const choices = stateOf(definition, 'Where does the plane stand?').Choices ?? [];
    expect(choices.filter(({ Next }) => Next === 'Purge gate')).toEqual([
      {
        And: [
          { Variable: '$.lifecycleState', StringEquals: 'ARCHIVED' },
          { Variable: '$.purgeCommitted', BooleanEquals: true },
        ],
        Next: 'Purge gate',
      },
    ]);
    const others = Object.entries(definition.States).filter(
      ([name, state]) =>
        name !== 'Where does the plane stand?' &&
        [state.Next, ...(state.Choices ?? []).map(({ Next }) => Next)].includes('Purge gate'),
    );
    expect(others.map(([name]) => name)).toEqual(['Approved?', 'Still to be decided?']);
    expect(
      stateOf(definition, 'Still to be decided?').Choices?.filter(
        ({ Next }) => Next === 'Purge gate',
      ),
    ).toEqual([{ Variable: '$.notice.status', StringEquals: 'approved', Next: 'Purge gate' }]);
  });

  it('asks for the approval of an early erasure only when the schedule will stand without it', () => {
    const choices = stateOf(definition, 'Where does the plane stand?').Choices ?? [];
    const [, erasure, inRetention, due] = choices.filter(({ And = [] }) =>
      And.some(({ StringEquals }) => StringEquals === 'ARCHIVED'),
    );
    const archived = { Variable: '$.lifecycleState', StringEquals: 'ARCHIVED' };
    const scheduled = { Variable: '$.purgeSchedule', IsPresent: true };
    expect(erasure).toEqual({
      And: [archived, scheduled, { Variable: '$.purgeDue', BooleanEquals: true }],
      Next: 'Schedule purge unless erased',
    });
    expect(inRetention).toEqual({ And: [archived, scheduled], Next: 'Schedule purge' });
    expect(due?.Next).toBe('Request purge approval');
    expect(stateOf(definition, 'Schedule purge unless erased').Next).toBe('Request purge approval');
    expect(stateOf(definition, 'Schedule purge').Next).toBe('Kept in archive');
  });

  it('takes at most 30 state transitions for a whole offboarding with retention', () => {
    const first = [
      'Locate plane',
      'Where does the plane stand?',
      'Deregister',
      'Record pending deactivation',
      'Wait out the grace period',
      'Verify deactivation is safe',
      'Deactivation gate',
      'Deactivate',
      'Record deactivated',
      'Plan archive',
      'Pack shards',
      'Seal archive',
      'Evict hot data',
      'Record archived',
      'Locate plane',
      'Where does the plane stand?',
      'Schedule purge',
      'Kept in archive',
    ];
    const second = [
      'Locate plane',
      'Where does the plane stand?',
      'Request purge approval',
      'Approved?',
      'Purge gate',
      'Purge',
      'Record purged',
      'Issue certificate',
      'Purged',
    ];
    for (const path of [first, second])
      path.slice(1).forEach((name, index) => {
        const { Next, Default, Choices = [] } = stateOf(definition, path[index] ?? '');
        expect([Next, Default, ...Choices.map((choice) => choice.Next)]).toContain(name);
      });
    const shards = Object.keys(definition.States['Pack shards']?.ItemProcessor?.States ?? {});
    expect(first.length + second.length + shards.length).toBe(28);
  });
});

describe('a step that fails', () => {
  it('is every task and map but the record of the halt itself', () => {
    const steps = states.flatMap(([name, { Type }]) =>
      Type === 'Task' || Type === 'Map' ? [name] : [],
    );
    expect(steps.filter((name) => name !== 'Record halt').sort()).toEqual(
      Object.keys(FAILED_STAGE).sort(),
    );
  });

  it.each(Object.entries(FAILED_STAGE))('%s halts under %s', (name, stage) => {
    const last = stateOf(definition, name).Catch?.at(-1);
    expect(last).toMatchObject({ ErrorEquals: ['States.ALL'], ResultPath: '$.failure' });
    expect(stateOf(definition, last?.Next ?? '')).toEqual({
      Type: 'Pass',
      Result: stage,
      ResultPath: '$.failedStage',
      Next: 'Record halt',
    });
  });

  it.each(Object.keys(FAILED_STAGE).filter((name) => name !== 'Pack shards'))(
    '%s yields to a cancel that was faster',
    (name) => {
      const catchers = stateOf(definition, name).Catch ?? [];
      expect(catchers).toContainEqual({
        ErrorEquals: ['OFFBOARDING_SUPERSEDED'],
        ResultPath: '$.failure',
        Next: 'Superseded',
      });
    },
  );

  it('ends as FAILED under its own error, also when the halt cannot be recorded', () => {
    expect(stateOf(definition, 'Record halt')).toMatchObject({
      Next: 'Halted',
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Halted' }],
    });
    expect(stateOf(definition, 'Halted')).toEqual({
      Type: 'Fail',
      ErrorPath: '$.failure.Error',
      CausePath: '$.failure.Cause',
    });
  });

  it('has a code of ours when it is an answer or a state that nobody knows', () => {
    const codes = ['Unknown decision', 'Unknown lifecycle state'].map(
      (name) => (stateOf(definition, name).Result as { Error: string }).Error,
    );
    expect(codes).toEqual(['INVALID_STAGE_INPUT', 'WRONG_STATE']);
  });

  it('has the code of what a packer met, which its map run does not tell', () => {
    expect(stateOf(definition, 'Pack shards').Catch?.[0]).toEqual({
      ErrorEquals: ['States.ExceedToleratedFailureThreshold'],
      ResultPath: null,
      Next: 'Explain unpacked shards',
    });
    // Whatever it answered, nothing would be evicted before a seal.
    expect(stateOf(definition, 'Explain unpacked shards').Next).toBe('Seal archive');
  });
});

describe('retries', () => {
  it.each(lambdaTasks)('%s is retried when Lambda failed, with full jitter', (_name, { Retry }) => {
    expect(
      Retry?.find(({ ErrorEquals }) => ErrorEquals.includes('Lambda.ServiceException')),
    ).toEqual({
      ErrorEquals: [
        'Lambda.ClientExecutionTimeoutException',
        'Lambda.ServiceException',
        'Lambda.AWSLambdaException',
        'Lambda.SdkClientException',
        'Lambda.TooManyRequestsException',
        'Lambda.Unknown',
        'Sandbox.Timedout',
      ],
      IntervalSeconds: 2,
      MaxAttempts: 6,
      BackoffRate: 2,
      MaxDelaySeconds: 60,
      JitterStrategy: 'FULL',
    });
  });

  it('gives usage a day to end, before the gate and for what came in just before it', () => {
    const drained = states.filter(([, { Retry = [] }]) =>
      Retry.some(({ ErrorEquals }) => ErrorEquals.includes('ACTIVE_USAGE')),
    );
    expect(drained.map(([name]) => name)).toEqual([
      'Verify deactivation is safe',
      'Deactivation gate',
      'Deactivate',
    ]);
    const [drain] = drained[0]?.[1].Retry ?? [];
    expect(drain).toEqual({
      ErrorEquals: ['ACTIVE_USAGE'],
      IntervalSeconds: 60,
      MaxAttempts: 29,
      BackoffRate: 2,
      MaxDelaySeconds: 3600,
    });
    const delays = Array.from({ length: 29 }, (_, attempt) => Math.min(60 * 2 ** attempt, 3600));
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBe(86_580); // 24 h 3 min
  });

  it('calls the long steps again as long as they make progress', () => {
    const names = [...states, ...(packShard ? [['Pack shard', packShard] as const] : [])]
      .filter(([, { Retry = [] }]) =>
        Retry.some(({ ErrorEquals }) => ErrorEquals.includes('STAGE_PENDING')),
      )
      .map(([name]) => name);
    expect(names.sort()).toEqual([
      'Evict hot data',
      'Pack shard',
      'Plan archive',
      'Purge',
      'Request purge approval',
      'Seal archive',
    ]);
  });
});

describe('the approval', () => {
  it.each([
    ['Offboarding-dev', 604_800, 4],
    ['Offboarding-prod', 1_209_600, 7],
  ] as const)(
    'is asked for in %s for %i seconds, and first reminded of %i days before',
    (stack, seconds, days) => {
      const state = stateOf(definitionOf(stack), 'Request purge approval');
      expect(state.Resource).toMatch(/lambda:invoke\.waitForTaskToken$/);
      expect(state.TimeoutSeconds).toBe(seconds - days * 86_400);
      expect(state.Parameters).toMatchObject({ Payload: { timeoutSeconds: seconds } });
      expect(state.Catch?.[0]).toEqual({
        ErrorEquals: ['States.Timeout'],
        ResultPath: null,
        Next: 'Remind approvers',
      });
    },
  );

  it('goes on being waited for until the next notice, or until it is decided or over', () => {
    const state = stateOf(definition, 'Await purge approval');
    expect(state).toMatchObject({ TimeoutSecondsPath: '$.notice.waitSeconds', Next: 'Approved?' });
    for (const error of ['States.Timeout', 'APPROVAL_DECIDED'])
      expect(state.Catch).toContainEqual({
        ErrorEquals: [error],
        ResultPath: null,
        Next: 'Remind approvers',
      });
    expect(stateOf(definition, 'Still to be decided?')).toMatchObject({
      Choices: [
        { Variable: '$.notice.status', StringEquals: 'waiting', Next: 'Await purge approval' },
        { Next: 'Purge gate' },
      ],
      Default: 'Approval expired',
    });
  });

  it('is all that waits for a token, and each such step has a timeout', () => {
    const waiting = tasks.filter(([, { Resource }]) => Resource?.endsWith('.waitForTaskToken'));
    expect(
      waiting.map(([name, { TimeoutSeconds, TimeoutSecondsPath }]) => [
        name,
        TimeoutSeconds ?? TimeoutSecondsPath,
      ]),
    ).toEqual([
      ['Await purge approval', '$.notice.waitSeconds'],
      ['Request purge approval', 604_800],
    ]);
  });
});
