import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { usageReader } from '../adapters/usage-table.ts';
import { requireEnv, requireWholeNumberEnv } from '../env.ts';
import { stageLambda } from '../stage-lambda.ts';
import { createDeregister } from './deregister.ts';

export const handler = stageLambda(
  createDeregister({
    usage: usageReader(new DynamoDBClient(), requireEnv('USAGE_TABLE')),
    gracePeriodFloorDays: requireWholeNumberEnv('GRACE_PERIOD_FLOOR_DAYS'),
  }),
);
