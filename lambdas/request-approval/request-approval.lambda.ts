import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { pendingDecisions } from '../adapters/decisions-table.ts';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { recorderFunction } from '../adapters/recorder-function.ts';
import { planeReader } from '../adapters/registry-table.ts';
import { scopeMeasurements } from '../adapters/scope-measurements.ts';
import { requireEnv, requireWholeNumberEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { loggedLambda } from '../logged-lambda.ts';
import { measureScope } from '../purge/measure-scope.ts';
import { storeFor } from '../stores/open-store.ts';
import { storeClients } from '../stores/store-clients.ts';
import { approvalEventSchema, requestApproval } from './request-approval.ts';

const clients = storeClients();
const { dynamodb } = clients;
const ports = {
  ledger: ledgerReader(dynamodb, requireEnv('LEDGER_TABLE')),
  planes: planeReader(dynamodb, requireEnv('REGISTRY_TABLE')),
  measureScope: measureScope({
    storeFor: storeFor(clients),
    vaultBucket: requireEnv('VAULT_BUCKET'),
    usageTable: requireEnv('USAGE_TABLE'),
  }),
  measurements: scopeMeasurements(dynamodb, requireEnv('DECISIONS_TABLE')),
  recorder: recorderFunction(new LambdaClient(), requireEnv('RECORDER_FUNCTION')),
  decisions: pendingDecisions(
    dynamodb,
    new KMSClient(),
    requireEnv('DECISIONS_TABLE'),
    requireEnv('TOKEN_KEY_ARN'),
  ),
  requiredApprovals: requireWholeNumberEnv('REQUIRED_APPROVALS'),
  now: () => new Date(),
};

export const handler = loggedLambda(
  'request-approval',
  approvalEventSchema,
  eventLog(),
  (event, log, invocation) =>
    requestApproval(ports, event, log, () => invocation.getRemainingTimeInMillis()),
);
