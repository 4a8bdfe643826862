import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { usageReader } from '../adapters/usage-table.ts';
import { USE_DURING_GRACE } from '../core/grace-use.ts';
import { requireChoiceEnv, requireEnv } from '../env.ts';
import { stageLambda } from '../stage-lambda.ts';
import { createVerifyDeactivate } from './verify-deactivate.ts';

export const handler = stageLambda(
  createVerifyDeactivate({
    usage: usageReader(new DynamoDBClient(), requireEnv('USAGE_TABLE')),
    useDuringGrace: requireChoiceEnv('USE_DURING_GRACE', USE_DURING_GRACE),
  }),
);
