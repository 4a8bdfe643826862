import { createHash } from 'node:crypto';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENTS_BUCKET, type SamplePlane, TOKENS_TABLE } from '../../local/demo/sample-plane.ts';
import { createFaults } from '../support/faults.ts';
import { startWorld, type World } from '../support/offboarding-world.ts';

const UNVERSIONED = 'knowledge-dev-unversioned';
const LOCKABLE = 'knowledge-dev-lockable';
const ERASURE = { force: true, forceReason: 'test', erasure: true };

// Each of them needs something of a role that no ordinary plane needs.
describe('a plane with everything that is rare', () => {
  const faults = createFaults();
  let world: World;
  let s3: S3Client;
  let dynamodb: DynamoDBClient;
  beforeAll(async () => {
    world = await startWorld({ onCall: faults.onCall });
    s3 = new S3Client(world.cloud.clientConfig('tenant'));
    dynamodb = new DynamoDBClient(world.cloud.clientConfig('tenant'));
    await s3.send(new CreateBucketCommand({ Bucket: UNVERSIONED }));
    await s3.send(new CreateBucketCommand({ Bucket: LOCKABLE, ObjectLockEnabledForBucket: true }));
  });
  afterEach(() => faults.clear());
  afterAll(async () => {
    s3.destroy();
    dynamodb.destroy();
    await world.close();
  });

  const vault = () => world.cloud.physicalName('AWS::S3::Bucket', 'Vault/Bucket/Resource');
  const put = (Bucket: string, Key: string) =>
    s3.send(new PutObjectCommand({ Bucket, Key, Body: 'a late document' }));
  const beginUpload = (Bucket: string, Key: string) =>
    s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const withStores = (...more: readonly object[]) => {
    return ({ registration }: SamplePlane) => ({
      ...registration,
      stores: [...(registration.stores as readonly object[]), ...more],
    });
  };

  it('is archived and purged: without versions, under Object Lock, with usage and uploads left', async () => {
    const plane = await world.plane((sample) =>
      withStores(
        { kind: 's3-prefix', bucket: UNVERSIONED, prefix: sample.prefix },
        { kind: 's3-prefix', bucket: LOCKABLE, prefix: sample.prefix },
      )(sample),
    );
    const { prefix } = plane.sample;
    await put(UNVERSIONED, `${prefix}once.md`);
    await put(LOCKABLE, `${prefix}lockable.md`);
    await plane.as('pipeline', 'PUT', '/leases/run-1', { kind: 'run', ttlSeconds: 60 });
    await world.cloud.clock.advanceBy({ seconds: 61 });

    // What comes back when the archive is done, and what nobody completed.
    const late = faults.before({ by: 'request-approval' }, async () => {
      await put(UNVERSIONED, `${prefix}late.md`);
      await put(DOCUMENTS_BUCKET, `${prefix}late.md`);
      await beginUpload(DOCUMENTS_BUCKET, `${prefix}unfinished.md`);
      await beginUpload(vault(), `planes/${plane.planeId}/stray`);
    });
    await plane.start(ERASURE);
    expect(late.hits()).toBe(1);
    expect(await plane.status()).toBe('WAITING_APPROVAL');
    await plane.decide('approver', 'approve');
    expect(await plane.status()).toBe('PURGED');
  });

  it('has a token revoked by somebody else in the same moment', async () => {
    const plane = await world.plane();
    // Before each, because nobody knows which of them is about this token.
    const revoked = faults.inject({ by: 'deactivate', operation: 'UpdateItem' }, () => ({
      after: revoke(plane.sample),
    }));
    await plane.start(ERASURE);
    expect(revoked.hits()).toBeGreaterThan(0);
    expect(await plane.status()).toBe('WAITING_APPROVAL');
  });

  it.each([
    [
      'packer of the shard',
      'archive-pack',
      /(?=.*uploads)(?=.*shard-00001)/,
      'data/shard-00001/objects.tar',
    ],
    ['seal', 'archive-seal', /uploads/, 'manifest-sha256.txt'],
  ] as const)('has an upload aborted that an earlier %s has left', async (_, by, url, path) => {
    const plane = await world.plane();
    const crashed = faults.before({ by, method: 'GET', url }, async () => {
      const { offboardingId } = (await plane.as('operator', 'GET', '/offboarding')).body;
      await beginUpload(vault(), `planes/${plane.planeId}/${offboardingId}/bag/${path}`);
    });
    await plane.start(ERASURE);
    expect(crashed.hits()).toBe(1);
    const { Uploads = [] } = await s3.send(
      new ListMultipartUploadsCommand({ Bucket: vault(), Prefix: `planes/${plane.planeId}/` }),
    );
    expect(Uploads).toEqual([]);
    expect(await plane.status()).toBe('WAITING_APPROVAL');
  });

  it('gives its claims up when one of them is taken', async () => {
    const taken = { kind: 's3-prefix', bucket: UNVERSIONED, prefix: 'taken/' };
    await world.plane(withStores(taken));
    await expect(world.plane(withStores(taken))).rejects.toThrow('STORE_TAKEN');
  });

  async function revoke({ partition, token }: SamplePlane): Promise<void> {
    const tokenHash = createHash('sha256').update(token).digest('hex');
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: TOKENS_TABLE,
        Key: { plane: { S: partition }, tokenHash: { S: tokenHash } },
        UpdateExpression: 'SET revokedAt = :now',
        ExpressionAttributeValues: { ':now': { S: '2026-01-01T00:00:00.000Z' } },
      }),
    );
  }
});
