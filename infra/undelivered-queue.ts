import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { type Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** What was due and was not done, after all retries: it waits here for somebody, for 14 days. */
export class UndeliveredQueue extends Queue {
  constructor(scope: Construct, id: string, props: { readonly removalPolicy: RemovalPolicy }) {
    super(scope, id, {
      enforceSSL: true,
      encryption: QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(14),
      removalPolicy: props.removalPolicy,
    });
    acknowledge(this, import.meta.filename, {
      'AwsSolutions-SQS3':
        'it is a dead-letter queue: of the stream and the rules, or of schedules and what they invoke',
    });
  }

  /** May put messages in, and do nothing else: CDK's own grants let a role read the queue's attributes as well. */
  grantKeep({ grantPrincipal }: IGrantable): void {
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.queueArn] }),
    );
  }

  /** Where Lambda puts what the function has failed at, with the function's role. */
  destinationFor(fn: IFunction) {
    this.grantKeep(fn);
    return { bind: () => ({ destination: this.queueArn }) };
  }

  /** Messages that nobody has dealt with. */
  metricWaiting(options?: MetricOptions): Metric {
    return this.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, ...options });
  }
}
