import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { requireEnv, requireWholeNumberEnv } from '../env.ts';
import { stageLambda } from '../stage-lambda.ts';
import { storeFor } from '../stores/open-store.ts';
import { createEvict } from './evict.ts';
import { vaultBucket } from './vault.ts';

const s3 = new S3Client();

export const handler = stageLambda(
  createEvict({
    vault: vaultBucket(s3, requireEnv('VAULT_BUCKET')),
    storeFor: storeFor({ s3, dynamodb: new DynamoDBClient() }),
    retentionFloorDays: requireWholeNumberEnv('RETENTION_FLOOR_DAYS'),
  }),
);
