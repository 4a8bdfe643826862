import { Duration, Lazy, RemovalPolicy } from 'aws-cdk-lib';
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
import { denyEverybody, denyOthers } from './deny.ts';
import type { ProductFunction } from './product-function.ts';

/**
 * The certificates and the checkpoints of the ledger, and the key that signs them. They outlive the data and the stack in every
 * environment. While its lock lasts nobody can remove the version that was written first, the account's root included; the bucket's policy
 * keeps everybody from hiding it under a delete marker, and everybody but who signs from writing another one over it.
 */
export class Evidence extends Construct {
  private readonly bucket: Bucket;
  private readonly signingKey: Key;
  /** ARNs of the roles that sign and store. */
  private readonly signers: string[] = [];

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
    this.bucket.addToResourcePolicy(this.nobodyHides());
    this.bucket.addToResourcePolicy(this.onlySignersWrite());
    // With the bucket, when the stack goes.
    this.bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN);
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

  get signingKeyArn(): string {
    return this.signingKey.keyArn;
  }

  /** Signs and stores certificates, and reads the one that an earlier run has stored. */
  grantIssue(fn: ProductFunction): void {
    this.allow(fn, 'certificates', 's3:PutObject', 's3:GetObject');
    this.grantSign(fn);
  }

  /** Signs and stores checkpoints, and finds and reads the one before, hidden or not. */
  grantCheckpoint(fn: ProductFunction): void {
    this.allow(fn, 'checkpoints', 's3:PutObject', 's3:GetObjectVersion');
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['s3:ListBucketVersions'],
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
    if (fn.role) this.signers.push(fn.role.roleArn);
  }

  /**
   * Object Lock keeps versions, and lets a delete marker be laid over them: by a request, by a lifecycle rule, by replication.
   * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html names the first three actions for who wants to block that.
   */
  private nobodyHides(): PolicyStatement {
    return denyEverybody({
      sid: 'NobodyHidesEvidence',
      actions: [
        's3:DeleteObject',
        's3:DeleteObjectVersion',
        's3:PutLifecycleConfiguration',
        's3:ReplicateDelete',
        's3:ReplicateObject',
      ],
      resources: [this.bucket.bucketArn, this.bucket.arnForObjects('*')],
    });
  }

  /** No cycle: the bucket's policy needs the roles, and what needs the bucket are their policies, resources of their own. */
  private onlySignersWrite(): PolicyStatement {
    return denyOthers(Lazy.list({ produce: () => this.signers }), {
      sid: 'OnlyWhoSignsWrites',
      actions: ['s3:PutObject'],
      resources: [this.bucket.arnForObjects('*')],
    });
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
