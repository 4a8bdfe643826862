import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { ProductFunction } from './product-function.ts';

/** The certificates, and the key that signs them. They outlive the data and the stack in every environment. */
export class Evidence extends Construct {
  private readonly bucket: Bucket;
  private readonly signingKey: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.S3_MANAGED,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.signingKey = new Key(this, 'SigningKey', {
      description: 'Signs the certificates of purged knowledge planes (ES256)',
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Signs and stores certificates, and reads the one that an earlier run has stored. */
  grantIssue(fn: ProductFunction): void {
    this.allowOnCertificates(fn, 's3:PutObject', 's3:GetObject');
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['kms:Sign', 'kms:GetPublicKey'],
        resources: [this.signingKey.keyArn],
      }),
    );
    fn.setEnvironment('SIGNING_KEY_ARN', this.signingKey.keyArn);
  }

  grantRead(fn: ProductFunction): void {
    this.allowOnCertificates(fn, 's3:GetObject');
  }

  private allowOnCertificates(fn: ProductFunction, ...actions: string[]): void {
    fn.addToRolePolicy(
      new PolicyStatement({
        actions,
        resources: [this.bucket.arnForObjects('certificates/*')],
      }),
    );
    fn.setEnvironment('EVIDENCE_BUCKET', this.bucket.bucketName);
  }
}
