import { S3Client } from '@aws-sdk/client-s3';
import { requireEnv } from '../env.ts';
import { stageLambda } from '../stage-lambda.ts';
import { createSeal } from './seal.ts';
import { vaultBucket } from './vault.ts';

export const handler = stageLambda(
  createSeal({ vault: vaultBucket(new S3Client(), requireEnv('VAULT_BUCKET')) }),
);
