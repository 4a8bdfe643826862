import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledge, NO_BACKUP_PLAN } from './acknowledge.ts';
import type { ProductFunction } from './product-function.ts';

/** The purge approvals that are being waited for. Who may ask cannot decide, and who decides cannot ask: each holds half of the key. */
export class Decisions extends Construct {
  private readonly table: Table;
  private readonly tokenKey: Key;

  constructor(scope: Construct, id: string, props: { removalPolicy: RemovalPolicy }) {
    super(scope, id);
    this.table = new Table(this, 'Table', {
      partitionKey: { name: 'planeId', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAtSeconds',
      removalPolicy: props.removalPolicy,
    });
    this.tokenKey = new Key(this, 'TokenKey', {
      description: 'Encrypts the task tokens of purges that wait for approval',
      enableKeyRotation: true,
      removalPolicy: props.removalPolicy,
    });
    acknowledge(this.table, import.meta.filename, NO_BACKUP_PLAN);
  }

  /** Stores what is asked, with its task token encrypted, and before that how far its measurement has come. */
  grantAsk(fn: ProductFunction): void {
    this.table.grants.actions(fn, 'dynamodb:GetItem', 'dynamodb:PutItem');
    this.grantKey(fn, 'kms:Encrypt');
    this.setTable(fn);
  }

  /** Puts another task token in the place of the one that has ended. */
  grantAwait(fn: ProductFunction): void {
    this.table.grants.actions(fn, 'dynamodb:PutItem');
    this.grantKey(fn, 'kms:Encrypt');
    this.setTable(fn);
  }

  /** Reads what is asked with its token, and removes it once it is answered. */
  grantDecide(fn: ProductFunction): void {
    this.table.grants.actions(fn, 'dynamodb:GetItem', 'dynamodb:DeleteItem');
    this.grantKey(fn, 'kms:Decrypt');
    this.setTable(fn);
  }

  grantDestroy(fn: ProductFunction): void {
    this.table.grants.actions(fn, 'dynamodb:DeleteItem');
    this.setTable(fn);
  }

  // Not `tokenKey.grantEncrypt`: that allows re-encryption and data keys as well.
  private grantKey(fn: ProductFunction, action: 'kms:Encrypt' | 'kms:Decrypt'): void {
    fn.addToRolePolicy(
      new PolicyStatement({ actions: [action], resources: [this.tokenKey.keyArn] }),
    );
    fn.setEnvironment('TOKEN_KEY_ARN', this.tokenKey.keyArn);
  }

  private setTable(fn: ProductFunction): void {
    fn.setEnvironment('DECISIONS_TABLE', this.table.tableName);
  }
}
