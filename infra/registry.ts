import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { acknowledge, NO_BACKUP_PLAN } from './acknowledge.ts';
import type { ProductFunction } from './product-function.ts';

/** Which planes there are, and which plane owns which prefix, partition and function. */
export class Registry extends Construct {
  private readonly planes: Table;
  private readonly claims: Table;

  constructor(scope: Construct, id: string, props: { removalPolicy: RemovalPolicy }) {
    super(scope, id);
    const common = {
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: props.removalPolicy,
    };
    this.planes = new Table(this, 'Planes', {
      ...common,
      partitionKey: { name: 'planeId', type: AttributeType.STRING },
    });
    this.claims = new Table(this, 'Claims', {
      ...common,
      partitionKey: { name: 'resource', type: AttributeType.STRING },
      sortKey: { name: 'scope', type: AttributeType.STRING },
    });
    acknowledge(this.planes, import.meta.filename, NO_BACKUP_PLAN);
    acknowledge(this.claims, import.meta.filename, NO_BACKUP_PLAN);
  }

  /** One plane by its id. */
  grantRead(fn: ProductFunction): void {
    this.planes.grants.actions(fn, 'dynamodb:GetItem');
    fn.setEnvironment('REGISTRY_TABLE', this.planes.tableName);
  }

  /** The ids of all planes, purged ones included. */
  grantList(fn: ProductFunction): void {
    this.planes.grants.actions(fn, 'dynamodb:Scan');
    fn.setEnvironment('REGISTRY_TABLE', this.planes.tableName);
  }

  /** New planes with their claims, and the list of all. */
  grantRegister(fn: ProductFunction): void {
    this.grantRead(fn);
    this.planes.grants.actions(fn, 'dynamodb:PutItem', 'dynamodb:Scan');
    this.claims.grants.actions(
      fn,
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:PutItem',
      'dynamodb:DeleteItem',
    );
    fn.setEnvironment('CLAIMS_TABLE', this.claims.tableName);
  }

  /** Puts an offboarding's next attempt on record. */
  grantClaimAttempt(fn: ProductFunction): void {
    this.grantRead(fn);
    this.planes.grants.actions(fn, 'dynamodb:UpdateItem');
  }

  /** The projection of the ledger onto the plane's record; a purged plane's record is replaced by its tombstone. */
  grantProject(fn: ProductFunction): void {
    this.grantRead(fn);
    this.planes.grants.actions(fn, 'dynamodb:UpdateItem', 'dynamodb:PutItem');
  }

  /** Gives up the plane's claims and scrubs its record. */
  grantScrub(fn: ProductFunction): void {
    this.grantRead(fn);
    this.planes.grants.actions(fn, 'dynamodb:UpdateItem');
    this.claims.grants.actions(fn, 'dynamodb:DeleteItem');
    fn.setEnvironment('CLAIMS_TABLE', this.claims.tableName);
  }
}
