import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { AccessLogs } from './access-logs.ts';
import { acknowledge, acknowledgePatterns } from './acknowledge.ts';
import type { OffboardingConfig } from './config.ts';
import type { ProductFunction } from './product-function.ts';

const PLANES = 'planes/*';

/** The bucket that holds the archives: `planes/<planeId>/<offboardingId>/work/…` and `…/bag/…`. */
export class Vault extends Construct {
  private readonly bucket: Bucket;
  private readonly key: Key;
  private readonly storageClass: OffboardingConfig['archiveStorageClass'];

  constructor(
    scope: Construct,
    id: string,
    props: {
      accessLogs: AccessLogs;
      archiveStorageClass: OffboardingConfig['archiveStorageClass'];
      removalPolicy: RemovalPolicy;
    },
  ) {
    super(scope, id);
    this.storageClass = props.archiveStorageClass;
    this.key = new Key(this, 'Key', {
      description: 'Encrypts the archives of knowledge planes',
      enableKeyRotation: true,
      removalPolicy: props.removalPolicy,
    });
    this.bucket = new Bucket(this, 'Bucket', {
      versioned: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
      serverAccessLogsBucket: props.accessLogs.bucket,
      serverAccessLogsPrefix: 'vault/',
      lifecycleRules: [
        // A crashed packer's parts cost money and are seen by no listing of objects. No invocation works for longer than 15 minutes.
        { id: 'AbortStrayUploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: props.removalPolicy,
    });
    acknowledge(this.bucket, import.meta.filename, {
      'NIST.800.53.R5-S3BucketReplicationEnabled':
        'a replica would outlive the purge: S3 never replicates the deletion of a version',
    });
  }

  get bucketName(): string {
    return this.bucket.bucketName;
  }

  /** Writes the inventory and the shards, and reads them again to go on where an earlier invocation stopped. */
  grantPlan(fn: ProductFunction): void {
    this.grantReadAndWrite(fn);
  }

  /** Writes payloads, some of them as server-side copies with their tags, and aborts what a crashed packer left. */
  grantPack(fn: ProductFunction): void {
    this.grantReadAndWrite(fn);
    this.grantAbortUploads(fn);
    this.allow(fn, this.objects, 's3:PutObjectTagging');
    fn.setEnvironment('ARCHIVE_STORAGE_CLASS', this.storageClass);
  }

  /** Reads every payload's checksum, aborts what crashed packers left, and writes the bag around the payloads. */
  grantSeal(fn: ProductFunction): void {
    this.grantReadAndWrite(fn);
    this.grantAbortUploads(fn);
  }

  /** Reads what was archived, to remove exactly that, and notes how far it came. */
  grantEvict(fn: ProductFunction): void {
    this.grantReadAndWrite(fn);
  }

  /** Counts versions, reads none. */
  grantMeasure(fn: ProductFunction): void {
    this.allow(fn, this.bucket.bucketArn, 's3:ListBucketVersions');
    this.setBucket(fn);
  }

  /** Destroys every version and upload of a plane, and lists that nothing is left. */
  grantDestroy(fn: ProductFunction): void {
    this.grantMeasure(fn);
    this.grantAbortUploads(fn);
    this.allow(fn, this.objects, 's3:DeleteObjectVersion');
  }

  /** For the item reader of the map over the shards. */
  grantReadShards(grantee: IGrantable): void {
    this.allow(grantee, this.bucket.arnForObjects('planes/*/work/*'), 's3:GetObject');
    this.allow(grantee, this.key.keyArn, 'kms:Decrypt');
  }

  // Every step of the archive stage may be repeated, so each of them reads back what it or the one before it wrote.
  private grantReadAndWrite(fn: ProductFunction): void {
    // ListBucket, because without it S3 answers 403 for an object that is not there yet.
    this.allow(fn, this.bucket.bucketArn, 's3:ListBucket');
    this.allow(fn, this.objects, 's3:GetObject', 's3:PutObject');
    // Decrypt for writing too: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
    this.allow(fn, this.key.keyArn, 'kms:Decrypt', 'kms:GenerateDataKey');
    this.setBucket(fn);
  }

  private grantAbortUploads(fn: ProductFunction): void {
    this.allow(fn, this.bucket.bucketArn, 's3:ListBucketMultipartUploads');
    this.allow(fn, this.objects, 's3:AbortMultipartUpload');
  }

  private get objects(): string {
    return this.bucket.arnForObjects(PLANES);
  }

  // Not `bucket.grants` and `key.grants`: their groups of actions hold tagging, retention and re-encryption, which nobody here needs.
  private allow(grantee: IGrantable, resource: string, ...actions: string[]): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({ actions, resources: [resource] }),
    );
    acknowledgePatterns(grantee, import.meta.filename, {
      resources: [resource],
      reason: 'planes come and go, so their archives are known by prefix',
    });
  }

  private setBucket(fn: ProductFunction): void {
    fn.setEnvironment('VAULT_BUCKET', this.bucket.bucketName);
  }
}
