import { requireEnv } from '../env.ts';
import { stageLambda } from '../stage-lambda.ts';
import { documentClient } from '../stores/document-client.ts';
import { readerFor } from '../stores/record-reader.ts';
import { storeClients } from '../stores/store-clients.ts';
import { createPack } from './pack.ts';
import { requireStorageClass } from './require-storage-class.ts';
import { vaultBucket } from './vault.ts';

const clients = storeClients();

export const handler = stageLambda(
  createPack({
    s3: clients.s3,
    vault: vaultBucket(clients.s3, requireEnv('VAULT_BUCKET')),
    storageClass: requireStorageClass('ARCHIVE_STORAGE_CLASS'),
    readerFor: readerFor({ ...clients, s3: documentClient() }),
  }),
);
