import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { pendingDecisions } from '../adapters/decisions-table.ts';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { policyGateFunction } from '../adapters/policy-gate-function.ts';
import { recorderFunction } from '../adapters/recorder-function.ts';
import { planeReader } from '../adapters/registry-table.ts';
import { taskCallback } from '../adapters/task-callback.ts';
import { requireEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { approvalRoutes } from './approval-routes.ts';
import { apiLambda } from './http.ts';

const dynamodb = new DynamoDBClient();
const lambda = new LambdaClient();
const routes = approvalRoutes({
  planes: planeReader(dynamodb, requireEnv('REGISTRY_TABLE')),
  ledger: ledgerReader(dynamodb, requireEnv('LEDGER_TABLE')),
  recorder: recorderFunction(lambda, requireEnv('RECORDER_FUNCTION')),
  gate: policyGateFunction(lambda, requireEnv('POLICY_GATE_FUNCTION')),
  decisions: pendingDecisions(
    dynamodb,
    new KMSClient(),
    requireEnv('DECISIONS_TABLE'),
    requireEnv('TOKEN_KEY_ARN'),
  ),
  callback: taskCallback(new SFNClient()),
});

export const handler = apiLambda(routes, { now: () => new Date(), log: eventLog() });
