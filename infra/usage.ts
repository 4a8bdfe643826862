import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { acknowledge, NO_BACKUP_PLAN } from './acknowledge.ts';
import type { ProductFunction } from './product-function.ts';

/** Who needs a plane now: leases that expire, and dependents that do not. */
export class Usage extends Construct {
  private readonly table: Table;

  constructor(scope: Construct, id: string, props: { removalPolicy: RemovalPolicy }) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'planeId', type: AttributeType.STRING },
      sortKey: { name: 'usageId', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // Cleans up only: readers compare the time stamp themselves, because DynamoDB may take days.
      timeToLiveAttribute: 'expiresAtSeconds',
      removalPolicy: props.removalPolicy,
    });
    acknowledge(this.table, import.meta.filename, NO_BACKUP_PLAN);
  }

  grantRead(fn: ProductFunction): void {
    this.table.grants.actions(fn, 'dynamodb:Query');
    fn.setEnvironment('USAGE_TABLE', this.table.tableName);
  }

  /** Puts and gives up single leases and dependents. */
  grantDeclare(fn: ProductFunction): void {
    this.table.grants.actions(fn, 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem');
    fn.setEnvironment('USAGE_TABLE', this.table.tableName);
  }

  /** Counts a plane's usage as a part of what a purge destroys. The key schema is read from the table. */
  grantMeasure(fn: ProductFunction): void {
    this.grantRead(fn);
    this.table.grants.actions(fn, 'dynamodb:DescribeTable');
  }

  /** Deletes all of a plane's usage, and lists that nothing is left. */
  grantDestroy(fn: ProductFunction): void {
    this.grantMeasure(fn);
    this.table.grants.actions(fn, 'dynamodb:GetItem', 'dynamodb:DeleteItem');
  }
}
