import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { bagFiles } from '../../restore/bag-files.ts';
import { connectionError } from '../../restore/connection-error.ts';
import { restore } from '../../restore/restore.ts';

/** Nobody listens at port 1. */
const NOWHERE = {
  endpoint: 'http://127.0.0.1:1',
  region: 'us-east-1',
  credentials: { accessKeyId: 'operator', secretAccessKey: 'local' },
  maxAttempts: 1,
};

test('a ledger that cannot be asked is said to be in DynamoDB', async () => {
  let stderr = '';
  const ending = await restore(['--plane', 'kp_1', '--ledger-table', 'ledger', '--all'], {
    s3: new S3Client(NOWHERE),
    dynamodb: new DynamoDBClient(NOWHERE),
    now: () => new Date(),
    pause: async () => {},
    freeBytes: async () => 0,
    environment: {},
    stdout: () => {},
    stderr: (text) => {
      stderr += text;
    },
  });
  expect(ending).toBe('failed');
  expect(stderr).toBe(
    'restore: the connection to DynamoDB failed: connect ECONNREFUSED 127.0.0.1:1\n',
  );
});

test('a vault that cannot be asked is said to be in S3', async () => {
  const files = bagFiles(new S3Client(NOWHERE), { bucket: 'vault', prefix: 'bag/' });
  await expect(files.readStanding('data/1')).rejects.toThrow(
    'the connection to S3 failed: connect ECONNREFUSED 127.0.0.1:1',
  );
});

test('every address of a host is named, and other errors are left as they are', () => {
  const refused = ['::1', '127.0.0.1'].map((host) => new Error(`connect ECONNREFUSED ${host}:80`));
  const all = Object.assign(new AggregateError(refused), { code: 'ECONNREFUSED' });
  expect(connectionError('S3', all)).toMatchObject({
    message:
      'the connection to S3 failed: connect ECONNREFUSED ::1:80; connect ECONNREFUSED 127.0.0.1:80',
  });
  const other = new Error('something else');
  expect(connectionError('S3', other)).toBe(other);
});
