import { describe, expect, it } from 'vitest';
import type { AslMachine, AslState } from '../../local/step-functions/asl.ts';
import { findMatch, matchesError } from '../../local/step-functions/error-names.ts';
import { countRetries } from '../../local/step-functions/retries.ts';
import { rewriteDefinition } from '../../local/step-functions/rewrite-definition.ts';

const INVOKE = 'arn:aws:states:::lambda:invoke';
const machineOf = (state: object): AslMachine => ({
  StartAt: 'Only',
  States: { Only: { End: true, ...state } as AslState },
});
const rewriteOne = (state: object) => {
  const { definition, states } = rewriteDefinition(machineOf(state));
  return { state: definition.States.Only, plan: states.Only };
};

describe('what becomes a task', () => {
  it.each([
    [
      { Type: 'Wait', Seconds: 60 },
      { kind: 'wait', seconds: 60 },
    ],
    [
      { Type: 'Wait', SecondsPath: '$.delay' },
      { kind: 'wait', secondsPath: '$.delay' },
    ],
    [
      { Type: 'Wait', Timestamp: '2027-01-01T00:00:00Z' },
      { kind: 'wait', timestamp: '2027-01-01T00:00:00Z' },
    ],
    [
      { Type: 'Wait', TimestampPath: '$$.Execution.Input.until' },
      { kind: 'wait', timestampPath: '$$.Run.Input.until' },
    ],
    [
      { Type: 'Task', Resource: INVOKE, TimeoutSeconds: 7, Retry: [{ ErrorEquals: ['E'] }] },
      {
        kind: 'call',
        resource: INVOKE,
        waitsForTaskToken: false,
        timeoutSeconds: 7,
        retriers: [{ ErrorEquals: ['E'] }],
        catchers: [],
      },
    ],
    [
      { Type: 'Task', Resource: `${INVOKE}.waitForTaskToken`, HeartbeatSecondsPath: '$.beat' },
      {
        kind: 'call',
        resource: INVOKE,
        waitsForTaskToken: true,
        heartbeatSecondsPath: '$.beat',
        retriers: [],
        catchers: [],
      },
    ],
  ])('%j', (original, work) => {
    const { state, plan } = rewriteOne(original);
    expect(plan).toEqual({ type: original.Type, key: 's0', work });
    expect(state).toEqual({
      Type: 'Task',
      Resource: 'arn:aws:states:::local:task',
      TimeoutSeconds: 2_147_483,
      End: true,
    });
  });

  it('leaves input and output processing to the interpreter', () => {
    const { state } = rewriteOne({
      Type: 'Task',
      Resource: INVOKE,
      InputPath: '$.in',
      Parameters: { 'FunctionName.$': '$.f', Payload: { fixed: 1 } },
      ResultSelector: { 'data.$': '$.Payload' },
      ResultPath: null,
      OutputPath: '$.out',
    });
    expect(state).toMatchObject({
      InputPath: '$.in',
      Parameters: { 'FunctionName.$': '$.f', Payload: { fixed: 1 } },
      ResultSelector: { 'data.$': '$.Payload' },
      ResultPath: null,
      OutputPath: '$.out',
    });
  });

  it('rewrites the machines inside maps and branches', () => {
    const inner = machineOf({ Type: 'Wait', Seconds: 1 });
    const map = rewriteOne({
      Type: 'Map',
      ItemsPath: '$.items',
      ItemProcessor: { ...inner, ProcessorConfig: { Mode: 'INLINE' } },
    });
    expect(map.plan?.work).toMatchObject({ kind: 'map', itemsPath: '$.items', maxConcurrency: 40 });
    expect(map.plan?.work).not.toHaveProperty('distributed');
    const parallel = rewriteOne({ Type: 'Parallel', Branches: [inner, inner] });
    expect(parallel.plan?.work).toMatchObject({
      branches: [
        { states: { Only: { work: { seconds: 1 } } } },
        { states: { Only: { work: { seconds: 1 } } } },
      ],
    });
  });

  it('plans a distributed map', () => {
    const { state, plan } = rewriteOne({
      Type: 'Map',
      Label: 'Pack',
      MaxConcurrency: 500,
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'JSONL' },
        Parameters: { 'Bucket.$': '$.plan.bucket', 'Key.$': '$$.Execution.Input.key' },
      },
      ItemSelector: { 'shard.$': '$$.Map.Item.Value', 'by.$': '$$.State.Name' },
      ItemProcessor: {
        ...machineOf({ Type: 'Pass' }),
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      },
      ResultPath: null,
    });
    expect(state).toMatchObject({ Type: 'Task', ResultPath: null });
    expect(state).not.toHaveProperty('ItemReader');
    expect(plan?.work).toMatchObject({
      kind: 'map',
      maxConcurrency: 64,
      itemSelector: { 'shard.$': '$$.Map.Item.Value', 'by.$': '$$.States.s0.Name' },
      distributed: {
        label: 'Pack',
        reader: { Parameters: { 'Bucket.$': '$.plan.bucket', 'Key.$': '$$.Run.Input.key' } },
        toleratedFailureCount: 0,
        toleratedFailurePercentage: 0,
      },
    });
  });
});

describe('paths into the context object', () => {
  it.each([
    ['$$.Execution.Id', '$$.Run.Id'],
    ['$$.Execution.Input.request.reason', '$$.Run.Input.request.reason'],
    ['$$.State.Name', '$$.States.s0.Name'],
    ['$$.State.EnteredTime', '$$.States.s0.EnteredTime'],
    ['$$.StateMachine.Name', '$$.StateMachine.Name'],
    ['$$.Task.Token', '$$.Task.Token'],
    ['$.Execution.Name', '$.Execution.Name'],
    [
      "States.Format('{}/{}', $$.Execution.Name, $$.State.Name)",
      "States.Format('{}/{}', $$.Run.Name, $$.States.s0.Name)",
    ],
    [
      "States.Format('costs $$.State.Name in {}', $.x)",
      "States.Format('costs $$.State.Name in {}', $.x)",
    ],
  ])('%s', (original, rewritten) => {
    const { state } = rewriteOne({ Type: 'Pass', Parameters: { 'value.$': original } });
    expect(state?.Parameters).toEqual({ 'value.$': rewritten });
  });

  it('leaves values alone that are no paths', () => {
    const { state } = rewriteOne({ Type: 'Pass', Parameters: { value: '$$.State.Name' } });
    expect(state?.Parameters).toEqual({ value: '$$.State.Name' });
  });

  it('finds them in choices', () => {
    const { state } = rewriteOne({
      Type: 'Choice',
      Choices: [
        {
          And: [
            { Variable: '$$.Execution.Name', StringEqualsPath: '$$.Execution.Input.name' },
            { Variable: '$.x', IsPresent: false },
          ],
          Next: 'Only',
        },
        { Variable: '$.y', IsNull: false, Next: 'Only' },
      ],
    });
    expect(state?.Choices).toEqual([
      {
        And: [
          { Variable: '$$.Run.Name', StringEqualsPath: '$$.Run.Input.name' },
          { Not: { Variable: '$.x', IsPresent: true } },
        ],
        Next: 'Only',
      },
      { Not: { Variable: '$.y', IsNull: true }, Next: 'Only' },
    ]);
  });
});

describe('what is refused', () => {
  it.each([
    ['another service', { Type: 'Task', Resource: 'arn:aws:states:::sns:publish' }],
    ['.sync', { Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync:2' }],
    ['a part of the context', { Type: 'Pass', Parameters: { 'x.$': '$$.State.RetryCount' } }],
    ['the whole context', { Type: 'Pass', Parameters: { 'x.$': '$$' } }],
    [
      'a time of entry after the work',
      { Type: 'Task', Resource: INVOKE, ResultSelector: { 'at.$': '$$.State.EnteredTime' } },
    ],
    ['a falsy result', { Type: 'Pass', Result: false }],
    [
      'text of JSON, which would lose its backslashes',
      { Type: 'Pass', Parameters: { 'x.$': "States.Format('{}', States.JsonToString($.y))" } },
    ],
    ['a bracket path', { Type: 'Pass', ResultPath: "$['a b']" }],
    [
      'CSV items',
      {
        Type: 'Map',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'CSV' },
          Parameters: {},
        },
        ItemProcessor: {
          ...machineOf({ Type: 'Pass' }),
          ProcessorConfig: { Mode: 'DISTRIBUTED' },
        },
      },
    ],
  ])('%s', (_what, state) => {
    expect(() => rewriteOne(state)).toThrow(
      expect.objectContaining({ name: 'UnsupportedDefinition' }),
    );
  });
});

describe('errors and their names', () => {
  it.each([
    ['E', 'E', true],
    ['E', 'F', false],
    ['States.ALL', 'E', true],
    ['States.ALL', 'States.Timeout', true],
    ['States.ALL', 'States.DataLimitExceeded', false],
    ['States.DataLimitExceeded', 'States.DataLimitExceeded', true],
    ['States.ALL', 'States.Runtime', false],
    ['States.Runtime', 'States.Runtime', false],
    ['States.TaskFailed', 'E', true],
    ['States.TaskFailed', 'States.Timeout', false],
    ['States.Timeout', 'States.HeartbeatTimeout', true],
  ])('%s means %s: %s', (pattern, name, expected) => {
    expect(matchesError(pattern, name)).toBe(expected);
  });

  it('keeps the order of catchers, and names who catches what the wildcards must not', () => {
    const Catch = [
      { ErrorEquals: ['States.TaskFailed'], Next: 'Failed', ResultPath: '$' },
      { ErrorEquals: ['States.ALL'], Next: 'Anything', ResultPath: '$.failure' },
    ];
    const { state, plan } = rewriteOne({ Type: 'Task', Resource: INVOKE, Catch });
    expect(state?.Catch).toEqual([
      { ErrorEquals: ['States.Timeout'], Next: 'Anything', ResultPath: '$.failure' },
      { ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Anything', ResultPath: '$.failure' },
      { ErrorEquals: ['States.DataLimitExceeded'], Next: 'Failed' },
      { ErrorEquals: ['States.TaskFailed'], Next: 'Failed' },
      { ErrorEquals: ['States.ALL'], Next: 'Anything', ResultPath: '$.failure' },
    ]);
    const catchers = plan?.work && 'catchers' in plan.work ? plan.work.catchers : [];
    expect(findMatch(catchers, 'States.Timeout')?.Next).toBe('Anything');
    expect(findMatch(catchers, 'E')?.Next).toBe('Failed');
  });
});

describe('the delays of retries', () => {
  const delays = (retriers: Parameters<typeof countRetries>[0], errors: string[], random = 0.5) => {
    const retryAfter = countRetries(retriers, () => random);
    return errors.map((error) => retryAfter(error));
  };
  it.each([
    ['defaults', [{ ErrorEquals: ['E'] }], ['E', 'E', 'E', 'E'], [1, 2, 4, undefined]],
    [
      'interval, rate, cap',
      [
        {
          ErrorEquals: ['E'],
          IntervalSeconds: 60,
          BackoffRate: 3,
          MaxDelaySeconds: 600,
          MaxAttempts: 9,
        },
      ],
      ['E', 'E', 'E', 'E'],
      [60, 180, 540, 600],
    ],
    [
      'full jitter',
      [{ ErrorEquals: ['E'], IntervalSeconds: 8, JitterStrategy: 'FULL' as const }],
      ['E', 'E'],
      [4, 8],
    ],
    [
      'no attempts',
      [{ ErrorEquals: ['E'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }],
      ['E'],
      [undefined],
    ],
    [
      'each retrier counts for itself',
      [
        { ErrorEquals: ['E'], MaxAttempts: 1 },
        { ErrorEquals: ['States.ALL'], IntervalSeconds: 5 },
      ],
      ['E', 'F', 'F', 'E'],
      [1, 5, 10, undefined],
    ],
    ['not what ALL leaves out', [{ ErrorEquals: ['States.ALL'] }], ['States.Runtime'], [undefined]],
  ])('%s', (_what, retriers, errors, expected) => {
    expect(delays(retriers, errors)).toEqual(expected);
  });
});
