import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectLockRetention,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { AccessLogs } from './access-logs.ts';
import { acknowledge, acknowledgePatterns } from './acknowledge.ts';
import type { ProductFunction } from './product-function.ts';

/**
 * The certificates and the checkpoints of the ledger, and the key that signs them. They outlive the data and the stack in every
 * environment, and nobody can delete or replace one while its lock lasts, the account's root included.
 */
export class Evidence extends Construct {
  private readonly bucket: Bucket;
  private readonly signingKey: Key;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly accessLogs: AccessLogs; readonly evidenceLockDays: number },
  ) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      objectLockDefaultRetention: ObjectLockRetention.compliance(
        Duration.days(props.evidenceLockDays),
      ),
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.S3_MANAGED,
      serverAccessLogsBucket: props.accessLogs.bucket,
      serverAccessLogsPrefix: 'evidence/',
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(this.bucket, import.meta.filename, {
      'NIST.800.53.R5-S3DefaultEncryptionKMS':
        'evidence must stay readable when every key of the stack is gone; S3 encrypts it under its own',
      'NIST.800.53.R5-S3BucketReplicationEnabled':
        'a certificate is verified by its signature wherever a copy of it is; whoever needs one in another Region keeps one',
    });
    this.signingKey = new Key(this, 'SigningKey', {
      description: 'Signs the certificates of purged knowledge planes (ES256)',
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  get bucketName(): string {
    return this.bucket.bucketName;
  }

  /** Signs and stores certificates, and reads the one that an earlier run has stored. */
  grantIssue(fn: ProductFunction): void {
    this.allow(fn, 'certificates', 's3:PutObject', 's3:GetObject');
    this.grantSign(fn);
  }

  /** Signs and stores checkpoints, and finds and reads the one before. */
  grantCheckpoint(fn: ProductFunction): void {
    this.allow(fn, 'checkpoints', 's3:PutObject', 's3:GetObject');
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [this.bucket.bucketArn],
        conditions: { StringEquals: { 's3:prefix': 'checkpoints/' } },
      }),
    );
    this.grantSign(fn);
  }

  /** Certificates, and the public key that verifies them. */
  grantRead(fn: ProductFunction): void {
    this.allow(fn, 'certificates', 's3:GetObject');
    this.grantKey(fn, 'kms:GetPublicKey');
  }

  private grantSign(fn: ProductFunction): void {
    this.grantKey(fn, 'kms:Sign', 'kms:GetPublicKey');
  }

  private grantKey(fn: ProductFunction, ...actions: string[]): void {
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.signingKey.keyArn] }));
    fn.setEnvironment('SIGNING_KEY_ARN', this.signingKey.keyArn);
  }

  private allow(
    fn: ProductFunction,
    folder: 'certificates' | 'checkpoints',
    ...actions: string[]
  ): void {
    const resources = [this.bucket.arnForObjects(`${folder}/*`)];
    fn.addToRolePolicy(new PolicyStatement({ actions, resources }));
    acknowledgePatterns(fn, import.meta.filename, {
      resources,
      reason: 'planes come and go and days pass, so evidence is known by prefix',
    });
    fn.setEnvironment('EVIDENCE_BUCKET', this.bucket.bucketName);
  }
}
