import { requireEnv } from '../env.ts';
import { stageLambda } from '../stage-lambda.ts';
import { storeFor } from '../stores/open-store.ts';
import { storeClients } from '../stores/store-clients.ts';
import { createPlan } from './plan.ts';
import { vaultBucket } from './vault.ts';

const clients = storeClients();

export const handler = stageLambda(
  createPlan({
    s3: clients.s3,
    vault: vaultBucket(clients.s3, requireEnv('VAULT_BUCKET')),
    storeFor: storeFor(clients),
  }),
);
