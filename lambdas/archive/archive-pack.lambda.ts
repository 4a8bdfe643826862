import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { requireEnv } from '../env.ts';
import { stageLambda } from '../stage-lambda.ts';
import { storeFor } from '../stores/open-store.ts';
import { createPack } from './pack.ts';
import { requireStorageClass } from './require-storage-class.ts';
import { vaultBucket } from './vault.ts';

const s3 = new S3Client();

export const handler = stageLambda(
  createPack({
    s3,
    vault: vaultBucket(s3, requireEnv('VAULT_BUCKET')),
    storageClass: requireStorageClass('ARCHIVE_STORAGE_CLASS'),
    storeFor: storeFor({ s3, dynamodb: new DynamoDBClient() }),
  }),
);
