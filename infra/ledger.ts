import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, StreamViewType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, MetricType, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { acknowledge, acknowledgePatterns } from './acknowledge.ts';
import { denyEverybody, denyOthers } from './deny.ts';
import type { ProductFunction } from './product-function.ts';
import type { UndeliveredQueue } from './undelivered-queue.ts';

/** The append-only audit trail, and the truth about every plane's state. It outlives the stack in every environment. */
export class Ledger extends Construct {
  private readonly table: Table;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'planeId', type: AttributeType.STRING },
      sortKey: { name: 'seq', type: AttributeType.NUMBER },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      stream: StreamViewType.NEW_IMAGE,
      removalPolicy: RemovalPolicy.RETAIN,
      resourcePolicy: new PolicyDocument({ statements: [nobodyRewritesHistory()] }),
    });
    acknowledge(this.table, import.meta.filename, {
      'NIST.800.53.R5-DynamoDBInBackupPlan':
        'it has point-in-time recovery and cannot be deleted; a vault of copies is for the account that owns AWS Backup',
    });
  }

  get tableName(): string {
    return this.table.tableName;
  }

  /** Entries of any plane, strongly consistent. */
  grantRead(fn: ProductFunction): void {
    this.table.grants.actions(fn, 'dynamodb:Query');
    fn.setEnvironment('LEDGER_TABLE', this.table.tableName);
  }

  /**
   * New entries. For the recorder, and from then on for nobody else; that an entry is new is the put's own condition. No cycle: the
   * table needs the role, and what needs the table is the role's policy, a resource of its own.
   */
  grantRecord(recorder: ProductFunction): void {
    this.grantRead(recorder);
    this.table.grants.actions(recorder, 'dynamodb:PutItem');
    this.table.addToResourcePolicy(onlyAppends(recorder));
  }

  /**
   * Calls the function with new entries, in the order in which they were written to a plane: a plane's entries are in one
   * shard, each shard has one caller at a time, and a batch that fails is not cut up.
   * @param undelivered told which entries the function did not take for most of the day that a stream keeps them
   */
  feed(fn: ProductFunction, undelivered: UndeliveredQueue): EventSourceMapping {
    const streamArn = this.table.tableStreamArn ?? '';
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        resources: [streamArn],
      }),
    );
    // Lambda asks for the list before it knows the stream.
    const streams = `${this.table.tableArn}/stream/*`;
    fn.addToRolePolicy(
      new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: [streams] }),
    );
    acknowledgePatterns(fn, import.meta.filename, {
      resources: [streams],
      reason:
        'a table gets another stream when its stream is replaced; all of them are of this table',
    });
    const mapping = new EventSourceMapping(this, 'Feed', {
      target: fn,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      bisectBatchOnError: false,
      parallelizationFactor: 1,
      reportBatchItemFailures: true,
      // An hour before the stream forgets them (24 hours), so that it is told: the stream itself forgets in silence.
      maxRecordAge: Duration.hours(23),
      onFailure: undelivered.destinationFor(fn),
      // Whether it reads at all: the function's own metrics are silent both when it does not and when nothing happens.
      metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
    });
    mapping.node.addDependency(fn.grantPrincipal);
    return mapping;
  }
}

/** A put without a condition replaces an entry as an update does, and who may put cannot be told to give a condition. */
function onlyAppends({ role }: ProductFunction): PolicyStatement {
  return denyOthers(role?.roleArn, {
    sid: 'OnlyTheRecorderAppends',
    actions: ['dynamodb:PutItem'],
    resources: ['*'],
  });
}

/**
 * Transactions and PartiQL are authorised by the single actions they consist of, a batch by its own.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
function nobodyRewritesHistory(): PolicyStatement {
  return denyEverybody({
    sid: 'NobodyRewritesHistory',
    actions: [
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
      'dynamodb:BatchWriteItem',
      'dynamodb:PartiQLInsert',
      'dynamodb:PartiQLUpdate',
      'dynamodb:PartiQLDelete',
    ],
    // The table's own ARN is not known inside its own properties. In a table's policy `*` is this table and its indexes.
    resources: ['*'],
  });
}
