import { setTimeout as pause } from 'node:timers/promises';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { accessPointFor } from '../access/open-access-point.ts';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { usageReader } from '../adapters/usage-table.ts';
import { requireEnv } from '../env.ts';
import { stageLambda } from '../stage-lambda.ts';
import { storeFor } from '../stores/open-store.ts';
import { storeClients } from '../stores/store-clients.ts';
import { createDeactivate } from './deactivate.ts';

const clients = storeClients();

export const handler = stageLambda(
  createDeactivate({
    ledger: ledgerReader(clients.dynamodb, requireEnv('LEDGER_TABLE')),
    usage: usageReader(clients.dynamodb, requireEnv('USAGE_TABLE')),
    accessPointFor: accessPointFor({
      ...clients,
      lambda: new LambdaClient(),
      prober: new LambdaClient({ maxAttempts: 1 }),
      pause,
    }),
    storeFor: storeFor(clients),
  }),
);
