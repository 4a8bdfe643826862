import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgePatterns } from './acknowledge.ts';
import type { PlaneResourcePatterns } from './config.ts';
import type { ProductFunction } from './product-function.ts';

/**
 * Where planes live: buckets, tables and functions that are not ours, known by name patterns. A bucket encrypted under a
 * customer managed key needs that key's owner to let the archive's roles decrypt: see docs/runbook.md#access-to-a-planes-resources.
 */
export class PlaneResources extends Construct {
  private readonly patterns: PlaneResourcePatterns;

  constructor(scope: Construct, id: string, patterns: PlaneResourcePatterns) {
    super(scope, id);
    this.patterns = patterns;
  }

  /** Tells which names a plane's resources may have. It permits nothing. */
  describeTo(fn: ProductFunction): void {
    fn.setEnvironment('PLANE_BUCKETS', this.patterns.buckets.join(','));
    fn.setEnvironment('PLANE_TABLES', this.patterns.tables.join(','));
    fn.setEnvironment('PLANE_FUNCTIONS', this.patterns.functions.join(','));
  }

  /** Lists versions and items with their sizes. */
  grantList(fn: ProductFunction): void {
    this.allow(fn, this.buckets, 's3:ListBucketVersions');
    this.allow(fn, this.tables, 'dynamodb:DescribeTable', 'dynamodb:Query');
  }

  /** Lists, and sees which versions are locked, without reading any. */
  grantInventory(fn: ProductFunction): void {
    this.grantList(fn);
    this.allow(fn, this.buckets, 's3:GetBucketObjectLockConfiguration');
    this.allow(fn, this.objects, 's3:GetObjectLegalHold', 's3:GetObjectRetention');
  }

  /**
   * Reads versions, with the tags that a server-side copy takes along, and items. It is told what to read, but S3 says that
   * something is gone only to those who may list, and refuses access to others.
   * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
   */
  grantRead(fn: ProductFunction): void {
    this.allow(fn, this.buckets, 's3:ListBucket', 's3:ListBucketVersions');
    this.allow(fn, this.objects, 's3:GetObjectVersion', 's3:GetObjectVersionTagging');
    this.allow(fn, this.tables, 'dynamodb:GetItem');
  }

  /** Removes exact versions and items, after a look at whether they are still the same. */
  grantRemove(fn: ProductFunction): void {
    this.grantList(fn);
    // Get, because a delete that is conditional on an ETag needs it too, and not of a version: it looks at the current one.
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-delete-enforce.html
    this.allow(fn, this.objects, 's3:DeleteObjectVersion', 's3:GetObject');
    this.allow(fn, this.tables, 'dynamodb:GetItem', 'dynamodb:DeleteItem');
  }

  /** Removes what is left, aborts uploads in progress, and asks what AWS keeps of it by itself. */
  grantDestroy(fn: ProductFunction): void {
    this.grantRemove(fn);
    this.allow(fn, this.buckets, 's3:GetReplicationConfiguration', 's3:ListBucketMultipartUploads');
    this.allow(fn, this.tables, 'dynamodb:DescribeContinuousBackups');
    this.allow(fn, this.objects, 's3:AbortMultipartUpload');
  }

  /** Marks tokens as revoked, closes query endpoints, and asks them a question to see that they refuse. */
  grantDeactivate(fn: ProductFunction): void {
    this.allow(
      fn,
      this.tables,
      'dynamodb:DescribeTable',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:UpdateItem',
    );
    this.allow(
      fn,
      this.functions,
      'lambda:GetFunctionConcurrency',
      'lambda:PutFunctionConcurrency',
      'lambda:InvokeFunction',
    );
  }

  private get buckets(): string[] {
    return this.patterns.buckets.map((resource) =>
      Stack.of(this).formatArn({ service: 's3', region: '', account: '', resource }),
    );
  }

  private get objects(): string[] {
    return this.buckets.map((arn) => `${arn}/*`);
  }

  private get tables(): string[] {
    return this.patterns.tables.map((resourceName) =>
      Stack.of(this).formatArn({ service: 'dynamodb', resource: 'table', resourceName }),
    );
  }

  private get functions(): string[] {
    return this.patterns.functions.map((resourceName) =>
      Stack.of(this).formatArn({
        service: 'lambda',
        resource: 'function',
        resourceName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    );
  }

  private allow(fn: ProductFunction, resources: string[], ...actions: string[]): void {
    fn.addToRolePolicy(new PolicyStatement({ actions, resources }));
    acknowledgePatterns(fn, import.meta.filename, {
      resources,
      reason:
        'planes are registered after the deployment: config.planeResources says where they may live',
    });
  }
}
