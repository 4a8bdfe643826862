import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deliverTo } from '../../local/event-targets.ts';
import { createEvents, type EventBuses } from '../../local/events.ts';
import { createIam } from '../../local/iam.ts';
import { createSns, type Sns } from '../../local/sns.ts';
import { resolveTemplate } from '../../local/template.ts';
import { serve } from './serve.ts';

const NOW = new Date('2026-11-22T10:00:00.500Z');
const TOPIC = 'arn:aws:sns:us-east-1:111122223333:Stack-Topic';
const FUNCTION = 'arn:aws:lambda:us-east-1:111122223333:function:stamp';

function policy(principal: string, action: string, resource: string, Condition = {}) {
  return {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: principal },
      Action: action,
      Resource: resource,
      Condition,
    },
  };
}

const RULE = {
  EventBusName: { Ref: 'Bus' },
  EventPattern: { 'detail-type': ['Approval requested'] },
  State: 'ENABLED',
};

interface Conditions {
  readonly topic?: object;
  readonly key?: object;
}

function template(
  rules: Readonly<Record<string, object>>,
  keyPrincipal = 'events.amazonaws.com',
  conditions: Conditions = {},
) {
  return resolveTemplate(
    {
      Resources: {
        Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'offboarding' } },
        Key: {
          Type: 'AWS::KMS::Key',
          Properties: { KeyPolicy: policy(keyPrincipal, 'kms:*', '*', conditions.key) },
        },
        Topic: {
          Type: 'AWS::SNS::Topic',
          Properties: { KmsMasterKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } },
        },
        TopicPolicy: {
          Type: 'AWS::SNS::TopicPolicy',
          Properties: {
            Topics: [{ Ref: 'Topic' }],
            PolicyDocument: policy('events.amazonaws.com', 'sns:Publish', TOPIC, conditions.topic),
          },
        },
        ...Object.fromEntries(
          Object.entries(rules).map(([id, properties]) => [
            id,
            { Type: 'AWS::Events::Rule', Properties: { ...RULE, ...properties } },
          ]),
        ),
      },
    },
    'Stack',
  );
}

describe('EventBridge', () => {
  let events: EventBuses;
  let sns: Sns;
  let invoked: string[];
  let failures: unknown[];
  let served: Awaited<ReturnType<typeof serve>>;
  let client: EventBridgeClient;

  async function start(resources = template({})): Promise<void> {
    invoked = [];
    failures = [];
    sns = createSns(() => NOW);
    const lambda = {
      invokeAsynchronously: (arn: string, payload: string) => invoked.push(`${arn} ${payload}`),
    } as unknown as Parameters<typeof deliverTo>[0]['lambda'];
    events = createEvents({
      now: () => NOW,
      deliver: deliverTo({ iam: createIam(resources), sns, lambda }),
      onFailure: (_, error) => failures.push(error),
    });
    events.createBus('offboarding');
    for (const topic of resources.ofType('AWS::SNS::Topic')) sns.createTopic(topic);
    for (const rule of resources.ofType('AWS::Events::Rule')) events.createRule(rule);
    served = await serve(events);
    client = new EventBridgeClient(served.config);
  }
  beforeEach(() => start());
  afterEach(() => served.close());

  const entry = (over: object = {}) => ({
    EventBusName: 'offboarding',
    Source: 'knowledge-plane-offboarding',
    DetailType: 'Approval requested',
    Detail: JSON.stringify({ planeId: 'kp_1', seq: 7 }),
    Resources: ['kp_1'],
    Time: new Date('2026-11-22T09:59:58.700Z'),
    ...over,
  });
  const put = (...entries: ReturnType<typeof entry>[]) =>
    client.send(new PutEventsCommand({ Entries: entries }));

  it('keeps what a bus took, as its rules see it', async () => {
    expect(await put(entry())).toMatchObject({
      FailedEntryCount: 0,
      Entries: [{ EventId: expect.any(String) }],
    });
    expect(events.published('offboarding')).toEqual([
      {
        version: '0',
        id: expect.any(String),
        'detail-type': 'Approval requested',
        source: 'knowledge-plane-offboarding',
        account: '111122223333',
        time: '2026-11-22T09:59:58Z',
        region: 'us-east-1',
        resources: ['kp_1'],
        detail: { planeId: 'kp_1', seq: 7 },
      },
    ]);
  });

  it('answers each entry for itself', async () => {
    const answer = await put(entry(), entry({ Detail: '[]' }), entry({ EventBusName: 'other' }));
    expect(answer.FailedEntryCount).toBe(2);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      undefined,
      'MalformedDetail',
      'ResourceNotFoundException',
    ]);
    expect(events.published('offboarding')).toHaveLength(1);
  });

  it.each([
    ['eleven entries', Array.from({ length: 11 }, () => entry())],
    ['no entry', []],
    ['more than 256 KB', [entry({ Detail: JSON.stringify({ text: 'x'.repeat(262_144) }) })]],
  ])('refuses %s', async (_, entries) => {
    await expect(put(...entries)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(events.published('offboarding')).toEqual([]);
  });

  it('tells a topic what the rule makes of the event, in its own name', async () => {
    await served.close();
    await start(
      template({
        Told: {
          Targets: [
            {
              Id: 'Target0',
              Arn: { Ref: 'Topic' },
              InputTransformer: {
                InputPathsMap: { plane: '$.detail.planeId', seq: '$.detail.seq', all: '$.detail' },
                InputTemplate: '"<plane> (\\"<seq>\\") <all>"',
              },
            },
          ],
        },
      }),
    );
    await put(entry(), entry({ DetailType: 'Approval expired' }));
    expect(failures).toEqual([]);
    expect(sns.messages(TOPIC).map(({ message }) => JSON.parse(message))).toEqual([
      'kp_1 ("7") {"planeId":"kp_1","seq":7}',
    ]);
  });

  it('is stopped by the policy of a key that does not let it in', async () => {
    await served.close();
    await start(
      template(
        { Told: { Targets: [{ Id: 'Target0', Arn: { Ref: 'Topic' } }] } },
        'sns.amazonaws.com',
      ),
    );
    expect(await put(entry())).toMatchObject({ FailedEntryCount: 0 });
    expect(failures).toMatchObject([{ name: 'AccessDenied', action: 'kms:GenerateDataKey' }]);
    expect(sns.messages(TOPIC)).toEqual([]);
  });

  const SOURCE = {
    ArnLike: { 'aws:SourceArn': 'arn:aws:events:us-east-1:111122223333:rule/*' },
    StringEquals: { 'aws:SourceAccount': '111122223333' },
  };
  it.each([
    ['the topic', { topic: SOURCE }, 'sns:Publish'],
    ['its key', { key: SOURCE }, 'kms:GenerateDataKey'],
  ])(
    'does not say for which rule it tells a topic, so %s cannot ask',
    async (_, conditions, action) => {
      await served.close();
      await start(
        template(
          { Told: { Targets: [{ Id: 'Target0', Arn: { Ref: 'Topic' } }] } },
          'events.amazonaws.com',
          conditions,
        ),
      );
      await put(entry());
      expect(failures).toMatchObject([{ name: 'AccessDenied', action }]);
      expect(sns.messages(TOPIC)).toEqual([]);
    },
  );

  it('invokes a function with the event, when the function lets this rule in', async () => {
    const target = { Targets: [{ Id: 'Target0', Arn: FUNCTION }] };
    const permission = {
      Permission: {
        Type: 'AWS::Lambda::Permission',
        Properties: {
          Action: 'lambda:InvokeFunction',
          FunctionName: FUNCTION,
          Principal: 'events.amazonaws.com',
          SourceArn: 'arn:aws:events:us-east-1:111122223333:rule/offboarding/Stack-Allowed',
        },
      },
    };
    const rules = template({ Allowed: target, Stranger: target });
    const withPermission = resolveTemplate({ Resources: permission }, 'Stack');
    await served.close();
    await start({
      ...rules,
      ofType: (...types) => [...rules.ofType(...types), ...withPermission.ofType(...types)],
    });
    await put(entry());
    expect(invoked).toEqual([
      `${FUNCTION} ${JSON.stringify(events.published('offboarding').at(-1))}`,
    ]);
    expect(failures).toMatchObject([{ name: 'AccessDenied', action: 'lambda:InvokeFunction' }]);
  });

  it.each([
    ['a schedule', { ScheduleExpression: 'rate(1 day)' }, 'ScheduleExpression'],
    [
      'another target',
      { Targets: [{ Id: 'T', Arn: 'arn:aws:sqs:us-east-1:111122223333:queue' }] },
      'neither a topic nor a function',
    ],
    [
      'a variable of EventBridge itself',
      {
        Targets: [
          { Id: 'T', Arn: TOPIC, InputTransformer: { InputTemplate: '<aws.events.rule-arn>' } },
        ],
      },
      '<aws.events.rule-arn> of the input template has no path',
    ],
  ])('does not load a rule with %s', (_, properties, why) => {
    const rule = template({ Rule: properties }).ofType('AWS::Events::Rule')[0];
    expect(() => rule && events.createRule(rule)).toThrow(why);
  });
});

describe('SNS', () => {
  it('keeps what is published, and refuses what is no topic or no message', async () => {
    const sns = createSns(() => NOW);
    const [topic] = template({}).ofType('AWS::SNS::Topic');
    if (topic) sns.createTopic(topic);
    const served = await serve(sns);
    const client = new SNSClient(served.config);
    const publish = (TopicArn: string, Message: string) =>
      client.send(new PublishCommand({ TopicArn, Message, Subject: 'a purge' }));
    try {
      const { MessageId } = await publish(TOPIC, 'ü & <é>');
      expect(sns.messages(TOPIC)).toEqual([
        { messageId: MessageId, subject: 'a purge', message: 'ü & <é>', at: NOW },
      ]);
      await expect(publish(`${TOPIC}s`, 'x')).rejects.toMatchObject({
        name: 'NotFoundException',
        message: expect.stringContaining('Topic does not exist'),
      });
      await expect(publish(TOPIC, 'x'.repeat(262_145))).rejects.toMatchObject({
        name: 'InvalidParameterException',
      });
    } finally {
      await served.close();
    }
  });
});
