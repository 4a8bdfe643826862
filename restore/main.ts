import { statfs } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { ignoreClosedOutput } from '../command/ignore-closed-output.ts';
import { EXIT, restore } from './restore.ts';

/** S3 may answer SlowDown for minutes; the SDK's three attempts would give up within a second. */
const PATIENT = { maxAttempts: 8 };

ignoreClosedOutput();

const ending = await restore(process.argv.slice(2), {
  s3: new S3Client(PATIENT),
  dynamodb: new DynamoDBClient(PATIENT),
  now: () => new Date(),
  pause: (ms) => delay(ms),
  freeBytes: async (folder) => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
  environment: process.env,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
});
process.exitCode = EXIT[ending];
