import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  GATE_ERROR_CODES,
  LEDGER_ERROR_CODES,
  STAGE_ERROR_CODES,
} from '../../lambdas/core/errors.ts';
import { resourceOf, resourcesOf } from '../support/assembly.ts';

const runbook = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'runbook.md'), 'utf8');
const headings = [...runbook.matchAll(/^#{2,3} (.+)$/gm)].map(([, text = '']) => text);
/** As the anchors of a rendered Markdown page are made. */
const anchors = headings.map((text) =>
  text
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-'),
);

function sectionOf(heading: string): string {
  const [, section = ''] = runbook.split(`### ${heading}\n`);
  return section.split(/^#{2,3} /m)[0] ?? '';
}

describe('the alarms', () => {
  const alarms = resourcesOf('Offboarding-prod', 'AWS::CloudWatch::Alarm').map(
    ([id, { Properties }]) => ({
      name: id.replace(/^OffboardingAlarms/, '').replace(/[0-9A-F]{8}$/, ''),
      properties: Properties,
      metric: [Properties.Namespace, Properties.MetricName, Properties.Threshold],
      description: String(Properties.AlarmDescription),
    }),
  );

  it('watch these metrics', () => {
    expect(alarms.map(({ name, metric }) => [name, ...metric])).toEqual([
      ['OffboardingHalted', 'AWS/States', 'ExecutionsFailed', 1],
      ['OffboardingTimedOut', 'AWS/States', 'ExecutionsTimedOut', 1],
      ['PurgeAwaitsApproval', 'AWS/Lambda', 'Invocations', 1],
      ['PurgeNotStarted', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', 1],
      ['CheckpointFailing', 'AWS/Lambda', 'Errors', 1],
      ['CheckpointMissing', 'AWS/Lambda', 'Invocations', 1],
      ['LedgerRewritten', 'KnowledgePlanes/Offboarding-prod', 'LedgerRewritten', 1],
      ['EvidenceNotIssued', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', 1],
      ['FinalCertificateFailing', 'AWS/Lambda', 'Errors', 1],
      ['RecorderFailing', 'AWS/Lambda', 'Errors', 5],
      ['EventsLagging', 'AWS/Lambda', 'IteratorAge', 900_000],
      ['EventsStopped', 'AWS/Lambda', 'PolledEventCount', 1],
      ['EventsUndelivered', 'AWS/SQS', 'ApproximateNumberOfMessagesVisible', 1],
      ['LambdaThrottled', 'AWS/Lambda', 'Throttles', 10],
      ['ApiFailing', 'AWS/ApiGateway', '5XXError', 1],
    ]);
  });

  it('are raised by what is there, but those for what has stopped by what is not', () => {
    const WHEN_SILENT: Readonly<Record<string, object>> = {
      CheckpointMissing: { Period: 3600, EvaluationPeriods: 26, Statistic: 'Sum' },
      EventsStopped: { Period: 300, EvaluationPeriods: 3, Statistic: 'SampleCount' },
    };
    for (const { name, properties } of alarms)
      expect(properties).toMatchObject(
        WHEN_SILENT[name]
          ? {
              ComparisonOperator: 'LessThanThreshold',
              TreatMissingData: 'breaching',
              ...WHEN_SILENT[name],
            }
          : {
              ComparisonOperator: 'GreaterThanOrEqualToThreshold',
              TreatMissingData: 'notBreaching',
              Period: 300,
              EvaluationPeriods: 1,
            },
      );
  });

  it('notice that the mapping does not read the stream, which counts its reads for that', () => {
    const [[mapping, { Properties }] = ['', { Properties: {} }]] = resourcesOf(
      'Offboarding-prod',
      'AWS::Lambda::EventSourceMapping',
    );
    expect(Properties).toMatchObject({ MetricsConfig: { Metrics: ['EventCount'] } });
    expect(alarms.find(({ name }) => name === 'EventsStopped')?.properties).toMatchObject({
      Dimensions: [{ Name: 'EventSourceMappingUUID', Value: { Ref: mapping } }],
    });
  });

  it('notice what the publisher logs of a ledger that was rewritten', () => {
    const log = resourceOf(
      'Offboarding-prod',
      'AWS::Logs::LogGroup',
      'Offboardingpublisheventsfunction',
    );
    const filters = resourcesOf('Offboarding-prod', 'AWS::Logs::MetricFilter');
    expect(filters.map(([, { Properties }]) => Properties)).toEqual([
      {
        LogGroupName: { Ref: log.logicalId },
        FilterPattern: '{ $.message = "ledger rewritten" }',
        MetricTransformations: [
          {
            MetricNamespace: 'KnowledgePlanes/Offboarding-prod',
            MetricName: 'LedgerRewritten',
            MetricValue: '1',
          },
        ],
      },
    ]);
  });

  it.each(['Offboarding-dev', 'Offboarding-prod'] as const)(
    'of %s count the failures of its own API only',
    (stack) => {
      const Name = `KnowledgePlanes-${stack}`;
      expect(resourceOf(stack, 'AWS::ApiGateway::RestApi', 'Offboarding').Properties).toMatchObject(
        { Name },
      );
      expect(
        resourceOf(stack, 'AWS::CloudWatch::Alarm', 'OffboardingAlarmsApiFailing').Properties,
      ).toMatchObject({ Dimensions: [{ Name: 'ApiName', Value: Name }] });
    },
  );

  it.each(alarms)('$name says its impact and links its section of the runbook', (alarm) => {
    const [, impact = '', anchor = ''] =
      alarm.description.match(/^(.+\.) What to do: docs\/runbook\.md#(\S+)$/) ?? [];
    expect(impact.length).toBeGreaterThan(20);
    expect(anchors).toContain(anchor);
    for (const part of ['**Description.**', '**Investigation.**', '**Resolution.**'])
      expect(sectionOf(alarm.name)).toContain(part);
  });
});

describe('the runbook', () => {
  it('has a section for every code an offboarding can halt with', () => {
    const never: ReadonlySet<string> = new Set([
      'STAGE_PENDING', // retried
      'OFFBOARDING_SUPERSEDED', // ends in Superseded
      'APPROVAL_DECIDED', // the workflow reads the decision
      // answered to a caller of the API, not to the workflow
      'GRACE_PERIOD_OVER',
      'NO_OPEN_APPROVAL',
      'STALE_SCOPE_HASH',
      'NO_SUCH_HOLD',
    ]);
    const codes = [
      ...STAGE_ERROR_CODES,
      ...GATE_ERROR_CODES,
      ...LEDGER_ERROR_CODES,
      // what the status infers from an execution that has recorded no halt
      ...['EXECUTION_ABORTED', 'EXECUTION_TIMED_OUT', 'EXECUTION_MISSING'],
    ];
    const described = new Set(headings.flatMap((heading) => heading.split(', ')));
    expect(codes.filter((code) => !never.has(code) && !described.has(code))).toEqual([]);
  });

  it('links only to sections that it has', () => {
    const links = [...runbook.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((anchor) => !anchors.includes(anchor ?? ''))).toEqual([]);
  });
});
