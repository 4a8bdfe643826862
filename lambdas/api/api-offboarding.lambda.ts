import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { ulid } from 'ulid';
import { executions } from '../adapters/executions.ts';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { policyGateFunction } from '../adapters/policy-gate-function.ts';
import { recorderFunction } from '../adapters/recorder-function.ts';
import { planeRegistry } from '../adapters/registry-table.ts';
import { requireEnv, requireWholeNumberEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { apiLambda } from './http.ts';
import { offboardingRoutes } from './offboarding-routes.ts';

const dynamodb = new DynamoDBClient();
const lambda = new LambdaClient();
const routes = offboardingRoutes({
  registry: planeRegistry(dynamodb, requireEnv('REGISTRY_TABLE')),
  ledger: ledgerReader(dynamodb, requireEnv('LEDGER_TABLE')),
  recorder: recorderFunction(lambda, requireEnv('RECORDER_FUNCTION')),
  executions: executions(new SFNClient(), requireEnv('STATE_MACHINE_ARN')),
  gate: policyGateFunction(lambda, requireEnv('POLICY_GATE_FUNCTION')),
  floors: {
    gracePeriodDays: requireWholeNumberEnv('GRACE_PERIOD_FLOOR_DAYS'),
    retentionDays: requireWholeNumberEnv('RETENTION_FLOOR_DAYS'),
  },
  forceWindowHours: requireWholeNumberEnv('FORCE_WINDOW_HOURS'),
  newOffboardingId: () => `off_${ulid()}`,
});

export const handler = apiLambda(routes, { now: () => new Date(), log: eventLog() });
