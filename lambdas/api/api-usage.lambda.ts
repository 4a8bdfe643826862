import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ulid } from 'ulid';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { policyGateFunction } from '../adapters/policy-gate-function.ts';
import { recorderFunction } from '../adapters/recorder-function.ts';
import { planeReader } from '../adapters/registry-table.ts';
import { usageReader, usageWriter } from '../adapters/usage-table.ts';
import { USE_DURING_GRACE } from '../core/grace-use.ts';
import { requireChoiceEnv, requireEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { apiLambda } from './http.ts';
import { usageRoutes } from './usage-routes.ts';

const dynamodb = new DynamoDBClient();
const lambda = new LambdaClient();
const usageTable = requireEnv('USAGE_TABLE');
const routes = usageRoutes({
  planes: planeReader(dynamodb, requireEnv('REGISTRY_TABLE')),
  ledger: ledgerReader(dynamodb, requireEnv('LEDGER_TABLE')),
  recorder: recorderFunction(lambda, requireEnv('RECORDER_FUNCTION')),
  gate: policyGateFunction(lambda, requireEnv('POLICY_GATE_FUNCTION')),
  useDuringGrace: requireChoiceEnv('USE_DURING_GRACE', USE_DURING_GRACE),
  usage: usageWriter(dynamodb, usageTable),
  dependentsOf: usageReader(dynamodb, usageTable).dependents,
  newDeclarationId: () => `dec_${ulid()}`,
});

export const handler = apiLambda(routes, { now: () => new Date(), log: eventLog() });
