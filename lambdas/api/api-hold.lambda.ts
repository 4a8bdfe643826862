import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { policyGateFunction } from '../adapters/policy-gate-function.ts';
import { recorderFunction } from '../adapters/recorder-function.ts';
import { planeReader } from '../adapters/registry-table.ts';
import { requireEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { holdRoutes } from './hold-routes.ts';
import { apiLambda } from './http.ts';

const dynamodb = new DynamoDBClient();
const lambda = new LambdaClient();
const routes = holdRoutes({
  planes: planeReader(dynamodb, requireEnv('REGISTRY_TABLE')),
  ledger: ledgerReader(dynamodb, requireEnv('LEDGER_TABLE')),
  recorder: recorderFunction(lambda, requireEnv('RECORDER_FUNCTION')),
  gate: policyGateFunction(lambda, requireEnv('POLICY_GATE_FUNCTION')),
});

export const handler = apiLambda(routes, { now: () => new Date(), log: eventLog() });
