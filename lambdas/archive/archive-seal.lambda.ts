import { requireEnv } from '../env.ts';
import { stageLambda } from '../stage-lambda.ts';
import { storeClients } from '../stores/store-clients.ts';
import { createSeal } from './seal.ts';
import { vaultBucket } from './vault.ts';

const { s3 } = storeClients();

export const handler = stageLambda(
  createSeal({ s3, vault: vaultBucket(s3, requireEnv('VAULT_BUCKET')) }),
);
