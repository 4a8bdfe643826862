import { Duration } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { OffboardingConfig } from './config.ts';

/** Who asked our buckets for what. S3 writes it here some hours later, one prefix per bucket; it names keys, never documents. */
export class AccessLogs extends Construct {
  readonly bucket: IBucket;

  constructor(
    scope: Construct,
    id: string,
    { config }: { readonly config: Pick<OffboardingConfig, 'logRetention' | 'removalPolicy'> },
  ) {
    super(scope, id);
    const bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [
        {
          id: 'EndLikeEveryLog',
          // The enum's values are numbers of days.
          expiration: Duration.days(config.logRetention),
          noncurrentVersionExpiration: Duration.days(1),
        },
      ],
      removalPolicy: config.removalPolicy,
    });
    // The class spells an optional property another way than its interface does.
    this.bucket = bucket as IBucket;
    acknowledge(bucket, import.meta.filename, {
      'NIST.800.53.R5-S3DefaultEncryptionKMS':
        'S3 delivers access logs only to a bucket under its own key (SSE-S3)',
      'NIST.800.53.R5-S3BucketReplicationEnabled':
        'a log is not worth a second Region; CloudTrail keeps the management events',
    });
  }
}
