import { Duration, Stack } from 'aws-cdk-lib';
import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { EventBus, type EventPattern, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction, SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { EVENT_SOURCE } from '../lambdas/core/ledger-event.ts';
import type { LogEvent } from '../lambdas/event-log.ts';
import type { OffboardingConfig } from './config.ts';
import { denyOthers } from './deny.ts';
import type { Ledger } from './ledger.ts';
import { ProductFunction } from './product-function.ts';
import { UndeliveredQueue } from './undelivered-queue.ts';

// What the publisher logs of a change of the ledger that is no new entry.
const REWRITTEN: LogEvent = 'ledger rewritten';

export interface EventsProps {
  readonly config: OffboardingConfig;
  readonly ledger: Ledger;
}

/**
 * Each entry of the ledger as one event, from the table's stream to a bus of the product's own. One function puts them there and
 * nobody else may, so an event is as good as the entry that it is about.
 */
export class Events extends Construct {
  private readonly bus: EventBus;
  private readonly publisher: ProductFunction;
  private readonly feed: EventSourceMapping;
  private readonly rewritten: MetricFilter;
  /** What could not be handed on: by the publisher for a day, or by the bus to a topic. */
  private readonly undelivered: UndeliveredQueue;

  constructor(scope: Construct, id: string, { config, ledger }: EventsProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      description: 'What happens to knowledge planes on their way out of service',
    });
    this.undelivered = new UndeliveredQueue(this, 'Undelivered', config);
    this.publisher = new ProductFunction(scope, 'publish-events', {
      config,
      description: 'Publishes each entry of the ledger as an event.',
      timeout: Duration.minutes(1),
    });
    this.bus.grantPutEventsTo(this.publisher);
    this.bus.addToResourcePolicy(this.onlyTheLedger());
    this.publisher.setEnvironment('EVENT_BUS', this.bus.eventBusName);
    this.feed = ledger.feed(this.publisher, this.undelivered);
    this.rewritten = this.publisher.logGroup.addMetricFilter('Rewritten', {
      filterPattern: FilterPattern.stringValue('$.message', '=', REWRITTEN),
      // A metric of logs has no dimension of its own, and two stacks may be in one account.
      metricNamespace: `KnowledgePlanes/${Stack.of(this).stackName}`,
      metricName: 'LedgerRewritten',
      metricValue: '1',
    });
  }

  get busName(): string {
    return this.bus.eventBusName;
  }

  get undeliveredQueueUrl(): string {
    return this.undelivered.queueUrl;
  }

  /**
   * An event that looks like ours is one of ours. EventBridge asks the bus's policy as well as the caller's:
   * https://aws.amazon.com/blogs/compute/simplifying-cross-account-access-with-amazon-eventbridge-resource-policies/
   */
  private onlyTheLedger(): PolicyStatement {
    return denyOthers(this.publisher.role?.roleArn, {
      sid: 'OnlyTheLedgerIsPublished',
      actions: ['events:PutEvents'],
      resources: [this.bus.eventBusArn],
    });
  }

  /** Tells a topic of the events that match, in words. */
  tell(
    id: string,
    topic: ITopic,
    { pattern, text }: { readonly pattern: EventPattern; readonly text: string },
  ): void {
    new Rule(this, id, {
      eventBus: this.bus,
      eventPattern: { source: [EVENT_SOURCE], ...pattern },
      targets: [
        new SnsTopic(topic, {
          message: RuleTargetInput.fromText(text),
          deadLetterQueue: this.undelivered,
        }),
      ],
    });
  }

  /** Invokes a function for each event that matches, at least once. */
  invoke(id: string, fn: ProductFunction, pattern: EventPattern): void {
    new Rule(this, id, {
      eventBus: this.bus,
      eventPattern: { source: [EVENT_SOURCE], ...pattern },
      targets: [new LambdaFunction(fn, { deadLetterQueue: this.undelivered })],
    });
  }

  /** How old the entry is that is being published, in milliseconds. There is none while nothing is published. */
  metricLag(options?: MetricOptions): Metric {
    return this.publisher.metric('IteratorAge', { statistic: Stats.MAXIMUM, ...options });
  }

  /**
   * How often the ledger's stream is read, also when nothing is in it: a mapping that is disabled, or may not read, has none.
   * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#event-source-mapping-metrics
   */
  metricReads(options?: MetricOptions): Metric {
    return new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'PolledEventCount',
      dimensionsMap: { EventSourceMappingUUID: this.feed.eventSourceMappingId },
      statistic: Stats.SAMPLE_COUNT,
      ...options,
    });
  }

  /** Entries that were changed or deleted in the ledger's table. */
  metricRewritten(options?: MetricOptions): Metric {
    return this.rewritten.metric(options);
  }

  metricUndelivered(options?: MetricOptions): Metric {
    return this.undelivered.metricWaiting(options);
  }
}
