import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { accessPointFor } from '../access/open-access-point.ts';
import { stageLambda } from '../stage-lambda.ts';
import { storeFor } from '../stores/open-store.ts';
import { createDeactivate } from './deactivate.ts';

const dynamodb = new DynamoDBClient();

export const handler = stageLambda(
  createDeactivate({
    accessPointFor: accessPointFor({ dynamodb, lambda: new LambdaClient(), pause }),
    storeFor: storeFor({ dynamodb, s3: new S3Client() }),
  }),
);
