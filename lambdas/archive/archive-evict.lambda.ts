import { ledgerReader } from '../adapters/ledger-table.ts';
import { requireEnv, requireWholeNumberEnv } from '../env.ts';
import { stageLambda } from '../stage-lambda.ts';
import { storeFor } from '../stores/open-store.ts';
import { storeClients } from '../stores/store-clients.ts';
import { createEvict } from './evict.ts';
import { vaultBucket } from './vault.ts';

const clients = storeClients();

export const handler = stageLambda(
  createEvict({
    ledger: ledgerReader(clients.dynamodb, requireEnv('LEDGER_TABLE')),
    vault: vaultBucket(clients.s3, requireEnv('VAULT_BUCKET')),
    storeFor: storeFor(clients),
    retentionFloorDays: requireWholeNumberEnv('RETENTION_FLOOR_DAYS'),
  }),
);
