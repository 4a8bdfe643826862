import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, CfnWaitConditionHandle, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, inject, it } from 'vitest';
import { ENVIRONMENTS } from '../../infra/config.ts';
import { noteUnheard } from '../../infra/note-unheard.ts';
import { readTemplate, resourceOf } from '../support/assembly.ts';

const { dev, prod } = ENVIRONMENTS;
const APPROVERS = 'nobody is told that a purge waits for approval: set approval.approverEmails';
const ESCALATION = 'nobody is told that the approvers do not decide: set approval.escalationEmails';
const ALARMS = 'nobody is told of an alarm: set alarmTopicArn';

/** What a synthesis says, up to what there is to do. */
function notices(config: Parameters<typeof noteUnheard>[1]): readonly string[] {
  const stack = new Stack(new App(), 'Stack');
  // A template without a resource is warned about.
  new CfnWaitConditionHandle(stack, 'Handle');
  noteUnheard(stack, config);
  return Annotations.fromStack(stack)
    .findInfo('*', Match.anyValue())
    .map(({ entry }) => String(entry.data).split(' in infra/config.ts')[0] ?? '');
}

describe('where a purge takes several people', () => {
  it.each([
    ['nothing is said about it', {}, [APPROVERS, ESCALATION, ALARMS]],
    [
      'approvers have mail',
      { approval: { ...prod.approval, approverEmails: ['dpo@example.com'] } },
      [ESCALATION, ALARMS],
    ],
    [
      'a list is empty',
      { approval: { ...prod.approval, approverEmails: [] } },
      [APPROVERS, ESCALATION, ALARMS],
    ],
    [
      'alarms have a topic',
      { alarmTopicArn: 'arn:aws:sns:eu-central-1:111122223333:alarms' },
      [APPROVERS, ESCALATION],
    ],
    [
      'all hear by other means',
      { heardElsewhere: ['approvers', 'escalation', 'alarms'] as const },
      [],
    ],
  ])('a synthesis says who hears of nothing, when %s', (_, changes, expected) => {
    expect(notices({ ...prod, ...changes })).toEqual(expected);
  });

  it('and of nobody where one person is enough', () => {
    expect(notices(dev)).toEqual([]);
  });
});

describe('the app as it is', () => {
  it('is synthesised without a warning, and with these notices', () => {
    const file = join(inject('assemblyDirectory'), 'manifest.json');
    const found = annotationsIn(
      inject('assemblyDirectory'),
      JSON.parse(readFileSync(file, 'utf8')),
    );
    expect(found.map((text) => text.split(' in infra/config.ts')[0])).toEqual([
      `info of Offboarding-prod: ${APPROVERS}`,
      `info of Offboarding-prod: ${ESCALATION}`,
      `info of Offboarding-prod: ${ALARMS}`,
    ]);
  });

  it('puts out the topics that people subscribe to', () => {
    const { Outputs } = readTemplate('Offboarding-prod') as {
      Outputs: Record<string, { Value: unknown }>;
    };
    for (const name of ['Approvers', 'Escalation']) {
      const topic = `OffboardingNotifications${name}`;
      const { logicalId } = resourceOf('Offboarding-prod', 'AWS::SNS::Topic', topic);
      expect(Outputs[`${name}TopicArn`]?.Value).toEqual({ Ref: logicalId });
    }
  });
});

interface Artifact {
  readonly type: string;
  readonly properties: object;
  readonly metadata?: Metadata;
  readonly additionalMetadataFile?: string;
}
type Metadata = Readonly<Record<string, readonly { type: string; data?: unknown }[]>>;

function annotationsIn(
  directory: string,
  { artifacts }: { artifacts: Readonly<Record<string, Artifact>> },
): readonly string[] {
  return Object.entries(artifacts).flatMap(([name, { metadata = {}, additionalMetadataFile }]) => {
    const more: Metadata = additionalMetadataFile
      ? JSON.parse(readFileSync(join(directory, additionalMetadataFile), 'utf8'))
      : {};
    return Object.values({ ...metadata, ...more })
      .flat()
      .filter(({ type }) => /^aws:cdk:(info|warning|error)$/.test(type))
      .map(({ type, data }) => `${type.slice('aws:cdk:'.length)} of ${name}: ${data}`);
  });
}
