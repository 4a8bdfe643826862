import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { describe, expect, inject, it } from 'vitest';
import { ENVIRONMENTS } from '../../infra/config.ts';
import { warnUnheard } from '../../infra/warn-unheard.ts';
import { readTemplate, resourceOf } from '../support/assembly.ts';

const { dev, prod } = ENVIRONMENTS;
const APPROVERS = 'nobody is told that a purge waits for approval: set approval.approverEmails';
const ESCALATION = 'nobody is told that the approvers do not decide: set approval.escalationEmails';
const ALARMS = 'nobody is told of an alarm: set alarmTopicArn';

/** What a synthesis warns of, up to what it says to do. */
function warnings(config: Parameters<typeof warnUnheard>[1]): readonly string[] {
  const stack = new Stack(new App(), 'Stack');
  warnUnheard(stack, config);
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
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
  ])('a synthesis warns of who hears nothing, when %s', (_, changes, expected) => {
    expect(warnings({ ...prod, ...changes })).toEqual(expected);
  });

  it('and of nobody where one person is enough', () => {
    expect(warnings(dev)).toEqual([]);
  });
});

describe('the app as it is', () => {
  it('is synthesised without any other warning', () => {
    const file = join(inject('assemblyDirectory'), 'manifest.json');
    const found = warningsIn(inject('assemblyDirectory'), JSON.parse(readFileSync(file, 'utf8')));
    expect(found.map((text) => text.split(' in infra/config.ts')[0])).toEqual([
      `Offboarding-prod: ${APPROVERS}`,
      `Offboarding-prod: ${ESCALATION}`,
      `Offboarding-prod: ${ALARMS}`,
    ]);
  });

  it('puts out the topics that people subscribe to', () => {
    const { Outputs } = readTemplate('Offboarding-prod') as {
      Outputs: Record<string, { Value: unknown }>;
    };
    const topics = Object.entries(Outputs).filter(([id]) => id.includes('TopicArn'));
    expect(topics.map(([id, { Value }]) => [id.replace(/[0-9A-F]{8}$/, ''), Value])).toEqual(
      ['Approvers', 'Escalation'].map((name) => [
        `Offboarding${name}TopicArn`,
        {
          Ref: resourceOf('Offboarding-prod', 'AWS::SNS::Topic', `OffboardingNotifications${name}`)
            .logicalId,
        },
      ]),
    );
  });
});

interface Artifact {
  readonly type: string;
  readonly properties: object;
  readonly metadata?: Metadata;
  readonly additionalMetadataFile?: string;
}
type Metadata = Readonly<Record<string, readonly { type: string; data?: unknown }[]>>;

function warningsIn(
  directory: string,
  { artifacts }: { artifacts: Readonly<Record<string, Artifact>> },
): readonly string[] {
  return Object.entries(artifacts).flatMap(([name, { metadata = {}, additionalMetadataFile }]) => {
    const more: Metadata = additionalMetadataFile
      ? JSON.parse(readFileSync(join(directory, additionalMetadataFile), 'utf8'))
      : {};
    return Object.values({ ...metadata, ...more })
      .flat()
      .filter(({ type }) => type === 'aws:cdk:warning')
      .map(({ data }) => `${name}: ${data}`);
  });
}
