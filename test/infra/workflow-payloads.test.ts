import { describe, expect, it } from 'vitest';
import { definitionOf, stateOf } from '../support/workflow-graph.ts';

const definition = definitionOf('Offboarding-prod');
const KEY = "States.Format('{}/{}', $$.Execution.Name, $$.State.Name)";
const SUBJECT = {
  'planeId.$': '$.planeId',
  'offboardingId.$': '$.offboardingId',
  'request.$': '$.request',
};
const WORKFLOW_ENTRY = {
  'planeId.$': '$.planeId',
  'offboardingId.$': '$.offboardingId',
  actor: 'workflow',
  'idempotencyKey.$': KEY,
};

function payloadOf(name: string): unknown {
  return stateOf(definition, name).Parameters?.Payload;
}

describe('what the Lambdas of the workflow are told', () => {
  it('Locate plane: which execution asks, too', () => {
    expect(payloadOf('Locate plane')).toEqual({
      ...SUBJECT,
      execution: { 'name.$': '$$.Execution.Name', 'stateMachineArn.$': '$$.StateMachine.Id' },
    });
  });

  it.each([
    'Deregister',
    'Verify deactivation is safe',
    'Deactivate',
    'Plan archive',
    'Seal archive',
    'Evict hot data',
    'Purge',
  ])('%s: which offboarding it works on', (name) => {
    expect(payloadOf(name)).toEqual(SUBJECT);
  });

  it('the gate: which transition, and under which key it records its decision', () => {
    const event = { ...SUBJECT, 'idempotencyKey.$': KEY };
    expect(payloadOf('Deactivation gate')).toEqual({ ...event, transition: 'DEACTIVATED' });
    expect(payloadOf('Purge gate')).toEqual({ ...event, transition: 'PURGED' });
  });

  it('request approval: the task token and for how long it is good', () => {
    expect(payloadOf('Request purge approval')).toEqual({
      ...SUBJECT,
      'idempotencyKey.$': KEY,
      'taskToken.$': '$$.Task.Token',
      timeoutSeconds: 1_209_600,
    });
  });

  it('remind approvers: what is to be said when', () => {
    expect(payloadOf('Remind approvers')).toEqual({
      ...SUBJECT,
      notices: [
        { level: 'reminder', secondsBeforeExpiry: 604_800 },
        { level: 'reminder', secondsBeforeExpiry: 259_200 },
        { level: 'escalation', secondsBeforeExpiry: 86_400 },
      ],
    });
  });

  it('await approval: another task token', () => {
    expect(payloadOf('Await purge approval')).toEqual({
      ...SUBJECT,
      'taskToken.$': '$$.Task.Token',
    });
  });

  it('the certificate: under which key it is recorded', () => {
    expect(payloadOf('Issue certificate')).toEqual({ ...SUBJECT, 'idempotencyKey.$': KEY });
  });

  it('one shard for each packer, from the file that the plan names', () => {
    const map = JSON.parse(JSON.stringify(stateOf(definition, 'Pack shards')));
    expect(map.ItemReader).toEqual({
      Resource: `arn:\${AWS::Partition}:states:::s3:getObject`,
      ReaderConfig: { InputType: 'JSONL' },
      Parameters: { 'Bucket.$': '$.plan.shardsBucket', 'Key.$': '$.plan.shardsKey' },
    });
    expect(map.ItemSelector).toEqual({
      ...SUBJECT,
      'shard.$': '$$.Map.Item.Value',
      'attempt.$': '$$.Execution.Name',
    });
    expect(map.ItemProcessor.ProcessorConfig).toEqual({
      Mode: 'DISTRIBUTED',
      ExecutionType: 'STANDARD',
    });
    expect(map.ItemProcessor.States['Pack shard'].Parameters.Payload).toEqual({
      ...SUBJECT,
      input: { 'shard.$': '$.shard', 'attempt.$': '$.attempt' },
    });
    expect(map.MaxConcurrency).toBe(40);
    expect(map.ResultPath).toBe(null);
    expect(map.ToleratedFailureCount ?? 0).toBe(0);
  });
});

describe('what the recorder is asked to write', () => {
  it.each([
    [
      'Record pending deactivation',
      {
        type: 'TRANSITION',
        to: 'PENDING_DEACTIVATE',
        'planeId.$': '$.planeId',
        'offboardingId.$': '$.offboardingId',
        'actor.$': '$.request.requestedBy',
        'reason.$': '$.request.reason',
        data: { 'request.$': '$.request', 'deregistration.$': '$.deregistration' },
        'idempotencyKey.$': KEY,
      },
    ],
    [
      'Record deactivated',
      {
        ...WORKFLOW_ENTRY,
        type: 'TRANSITION',
        to: 'DEACTIVATED',
        'data.$': 'States.JsonMerge($.verification.data, $.deactivation.data, false)',
      },
    ],
    [
      'Record archived',
      { ...WORKFLOW_ENTRY, type: 'TRANSITION', to: 'ARCHIVED', 'data.$': '$.archive.data' },
    ],
    [
      'Record purged',
      { ...WORKFLOW_ENTRY, type: 'TRANSITION', to: 'PURGED', 'data.$': '$.purge.data' },
    ],
    ['Record expiry', { ...WORKFLOW_ENTRY, type: 'APPROVAL_EXPIRED', data: {} }],
    [
      'Record rejection',
      {
        type: 'REJECTED',
        'planeId.$': '$.planeId',
        'offboardingId.$': '$.offboardingId',
        'actor.$': '$.approval.decidedBy',
        'reason.$': '$.approval.reason',
        data: { 'scopeHash.$': '$.approval.scopeHash' },
        'idempotencyKey.$': KEY,
      },
    ],
    [
      'Record halt',
      {
        ...WORKFLOW_ENTRY,
        type: 'HALTED',
        data: { 'stage.$': '$.failedStage', 'failure.$': '$.failure' },
      },
    ],
  ])('%s', (name, payload) => {
    expect(payloadOf(name)).toEqual(payload);
    expect(stateOf(definition, name).ResultPath).toBe(null);
  });
});

describe('what stays in the state', () => {
  it('is nothing of an earlier attempt after Locate plane', () => {
    expect(stateOf(definition, 'Locate plane')).toMatchObject({ OutputPath: '$.Payload' });
  });

  it('is where the wait finds the end of the grace period, whoever set it', () => {
    expect(stateOf(definition, 'Deregister')).toMatchObject({
      ResultPath: '$.deregistration',
      ResultSelector: { 'gracePeriodEnd.$': '$.Payload.data.gracePeriodEnd' },
    });
    expect(stateOf(definition, 'Wait out the grace period').TimestampPath).toBe(
      '$.deregistration.gracePeriodEnd',
    );
  });
});

describe.each([
  ['Schedule purge', 'Reschedule purge'],
  ['Schedule purge unless erased', 'Reschedule purge unless erased'],
])('%s', (create, update) => {
  const [created, updated] = [create, update].map((name) => stateOf(definition, name));

  it('starts the execution that Locate plane has named, once', () => {
    expect(created?.Resource).toMatch(/:states:::aws-sdk:scheduler:createSchedule$/);
    expect(created?.Parameters).toEqual({
      GroupName: expect.stringContaining('PurgeSchedule'),
      'Name.$': '$.offboardingId',
      'ScheduleExpression.$': '$.purgeSchedule.expression',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: `arn:\${AWS::Partition}:scheduler:::aws-sdk:sfn:startExecution`,
        RoleArn: expect.stringContaining('PurgeScheduleRole'),
        'Input.$': '$.purgeSchedule.targetInput',
        DeadLetterConfig: { Arn: expect.stringContaining('PurgeScheduleUndelivered') },
      },
    });
  });

  it('names the next execution even when an earlier attempt has made it', () => {
    expect(created?.Catch?.[0]).toEqual({
      ErrorEquals: ['Scheduler.ConflictException'],
      ResultPath: null,
      Next: update,
    });
    expect(updated?.Resource).toMatch(/:states:::aws-sdk:scheduler:updateSchedule$/);
    expect(updated?.Parameters).toEqual(created?.Parameters);
    expect(updated?.Next).toBe(created?.Next);
  });
});
