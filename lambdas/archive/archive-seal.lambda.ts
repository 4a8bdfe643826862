import { requireEnv } from '../env.ts';
import { stageLambda } from '../stage-lambda.ts';
import { storeClients } from '../stores/store-clients.ts';
import { createSeal } from './seal.ts';
import { vaultBucket } from './vault.ts';

export const handler = stageLambda(
  createSeal({ vault: vaultBucket(storeClients().s3, requireEnv('VAULT_BUCKET')) }),
);
