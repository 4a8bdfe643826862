import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { planeReader } from '../adapters/registry-table.ts';
import { usageWriter } from '../adapters/usage-table.ts';
import { requireEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { apiLambda } from './http.ts';
import { usageRoutes } from './usage-routes.ts';

const dynamodb = new DynamoDBClient();
const routes = usageRoutes({
  planes: planeReader(dynamodb, requireEnv('REGISTRY_TABLE')),
  ledger: ledgerReader(dynamodb, requireEnv('LEDGER_TABLE')),
  usage: usageWriter(dynamodb, requireEnv('USAGE_TABLE')),
});

export const handler = apiLambda(routes, { now: () => new Date(), log: eventLog() });
