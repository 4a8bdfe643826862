import { Duration } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  Alarm,
  ComparisonOperator,
  type Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { OffboardingConfig } from './config.ts';
import type { Events } from './events.ts';
import type { EvidenceFunctions } from './evidence-functions.ts';
import type { EvidenceSchedules } from './evidence-schedules.ts';
import type { OffboardingWorkflow } from './offboarding-workflow.ts';
import type { ProductFunction } from './product-function.ts';
import type { PurgeSchedule } from './purge-schedule.ts';

const RUNBOOK = 'docs/runbook.md';
const EVENTS_LAG_MINUTES = 15;
// Lambda reads a stream several times a second.
const PERIODS_WITHOUT_READ = 3;
// One is due every 24.
const HOURS_WITHOUT_CHECKPOINT = 26;

export interface AlarmsProps {
  readonly config: OffboardingConfig;
  readonly workflow: OffboardingWorkflow;
  readonly recorder: ProductFunction;
  readonly requestApproval: ProductFunction;
  readonly purgeSchedule: PurgeSchedule;
  readonly evidenceSchedules: EvidenceSchedules;
  readonly evidenceFunctions: EvidenceFunctions;
  readonly events: Events;
  readonly restApi: RestApi;
}

interface AlarmProps {
  readonly metric: Metric;
  /** Who is hit, and by what, in a sentence. */
  readonly impact: string;
  /** The section of the runbook that says what to do. */
  readonly section: string;
}

interface Reached extends AlarmProps {
  /** Raised when the metric reaches this within one period. */
  readonly threshold: number;
}

interface Silent extends AlarmProps {
  /** Raised when nothing was counted for so many periods: what has stopped has no errors. */
  readonly silentPeriods: number;
}

/** An alarm for everything that goes wrong without anybody asking. Each says its impact and where to read on. */
export class Alarms extends Construct {
  private readonly topic: ReturnType<typeof Topic.fromTopicArn> | undefined;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { config, workflow, recorder, requestApproval, purgeSchedule, events, restApi } = props;
    this.topic =
      config.alarmTopicArn === undefined
        ? undefined
        : Topic.fromTopicArn(this, 'Topic', config.alarmTopicArn);
    const period = Duration.minutes(5);
    const sum = { period, statistic: Stats.SUM };

    this.alarm('OffboardingHalted', {
      metric: workflow.stateMachine.metricFailed(sum),
      threshold: 1,
      impact: 'An offboarding has halted. Its plane stays as it is until somebody starts it again.',
      section: 'offboardinghalted',
    });
    // Not for aborted executions: that is how a cancel ends one.
    this.alarm('OffboardingTimedOut', {
      metric: workflow.stateMachine.metricTimedOut(sum),
      threshold: 1,
      impact: 'An offboarding ran for 364 days and was ended without a halt on record.',
      section: 'offboardingtimedout',
    });
    this.alarm('PurgeAwaitsApproval', {
      metric: requestApproval.metricInvocations(sum),
      threshold: 1,
      impact: `A purge waits for a person, for ${config.approval.timeoutDays} days at most.`,
      section: 'purgeawaitsapproval',
    });
    this.alarm('PurgeNotStarted', {
      metric: purgeSchedule.metricUndelivered({ period }),
      threshold: 1,
      impact: 'A retention is over, but its purge was not started: data is kept for too long.',
      section: 'purgenotstarted',
    });
    this.alarm('CheckpointFailing', {
      metric: props.evidenceFunctions.checkpoint.metricErrors(sum),
      threshold: 1,
      impact: 'The ledger was not checkpointed, or contradicts the checkpoint before: see at once.',
      section: 'checkpointfailing',
    });
    // In hours, because a day that begins with the checkpoint of yesterday would end just before the one of today.
    this.alarm('CheckpointMissing', {
      metric: props.evidenceFunctions.checkpoint.metricInvocations({
        period: Duration.hours(1),
        statistic: Stats.SUM,
      }),
      silentPeriods: HOURS_WITHOUT_CHECKPOINT,
      impact: 'The ledger is not checkpointed any more: what is rewritten from now on shows later.',
      section: 'checkpointmissing',
    });
    this.alarm('LedgerRewritten', {
      metric: events.metricRewritten(sum),
      threshold: 1,
      impact: 'An entry of the ledger was changed or deleted, which nobody may do: see at once.',
      section: 'ledgerrewritten',
    });
    this.alarm('EvidenceNotIssued', {
      metric: props.evidenceSchedules.metricUndelivered({ period }),
      threshold: 1,
      impact: 'A checkpoint or a final certificate was due, but every attempt to issue it failed.',
      section: 'evidencenotissued',
    });
    this.alarm('FinalCertificateFailing', {
      metric: props.evidenceFunctions.certificateFinal.metricErrors(sum),
      threshold: 1,
      impact: 'Nothing remains of a purged plane, but the certificate that says so is not issued.',
      section: 'finalcertificatefailing',
    });
    this.alarm('RecorderFailing', {
      metric: recorder.metricErrors(sum),
      // Refusals count as errors of the function, and a race now and then is no reason to wake anybody.
      threshold: 5,
      impact:
        'The ledger cannot be written: no offboarding can move on, and none can be cancelled.',
      section: 'recorderfailing',
    });
    this.alarm('EventsLagging', {
      metric: events.metricLag({ period }),
      threshold: EVENTS_LAG_MINUTES * 60_000,
      impact: `Events are ${EVENTS_LAG_MINUTES} minutes behind the ledger: approvers and consumers hear late.`,
      section: 'eventslagging',
    });
    this.alarm('EventsStopped', {
      metric: events.metricReads({ period }),
      silentPeriods: PERIODS_WITHOUT_READ,
      impact:
        'The ledger is not read any more: nobody hears of anything, and after a day not later.',
      section: 'eventsstopped',
    });
    this.alarm('EventsUndelivered', {
      metric: events.metricUndelivered({ period }),
      threshold: 1,
      impact: 'An event was given up: somebody who should have heard of an entry did not.',
      section: 'eventsundelivered',
    });
    this.alarm('LambdaThrottled', {
      metric: LambdaFunction.metricAllThrottles(sum) as Metric,
      threshold: 10,
      impact:
        'The account has no Lambda concurrency left: offboardings and other services slow down.',
      section: 'lambdathrottled',
    });
    this.alarm('ApiFailing', {
      metric: restApi.metricServerError(sum),
      threshold: 1,
      impact:
        'A call of the API failed on our side: its caller does not know whether it took effect.',
      section: 'apifailing',
    });
  }

  private alarm(id: string, { metric, impact, section, ...raised }: Reached | Silent): void {
    const alarm = new Alarm(this, id, {
      metric,
      ...('silentPeriods' in raised
        ? {
            threshold: 1,
            evaluationPeriods: raised.silentPeriods,
            comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
            treatMissingData: TreatMissingData.BREACHING,
          }
        : {
            threshold: raised.threshold,
            evaluationPeriods: 1,
            comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treatMissingData: TreatMissingData.NOT_BREACHING,
          }),
      alarmDescription: `${impact} What to do: ${RUNBOOK}#${section}`,
    });
    if (this.topic) alarm.addAlarmAction(new SnsAction(this.topic));
    else
      acknowledge(alarm, import.meta.filename, {
        'NIST.800.53.R5-CloudWatchAlarmAction':
          'who is told is for whoever deploys to say: config.alarmTopicArn',
      });
  }
}
