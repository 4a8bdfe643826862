import { requireEnv } from '../env.ts';
import { stageLambda } from '../stage-lambda.ts';
import { archiveClients } from './archive-clients.ts';
import { createSeal } from './seal.ts';
import { vaultBucket } from './vault.ts';

export const handler = stageLambda(
  createSeal({ vault: vaultBucket(archiveClients().s3, requireEnv('VAULT_BUCKET')) }),
);
