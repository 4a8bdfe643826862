import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { releaseClaims } from '../adapters/claims-table.ts';
import { copyInquiry } from '../adapters/copy-inquiry.ts';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { purgeJournal } from '../adapters/purge-journal.ts';
import { eraseDecision, erasePurgeSchedule } from '../adapters/purge-traces.ts';
import { requireEnv } from '../env.ts';
import { stageLambda } from '../stage-lambda.ts';
import { storeFor } from '../stores/open-store.ts';
import { storeClients } from '../stores/store-clients.ts';
import { createPurge } from './purge.ts';

const clients = storeClients();
const { dynamodb } = clients;

export const handler = stageLambda(
  createPurge({
    storeFor: storeFor(clients),
    vaultBucket: requireEnv('VAULT_BUCKET'),
    usageTable: requireEnv('USAGE_TABLE'),
    ledger: ledgerReader(dynamodb, requireEnv('LEDGER_TABLE')),
    journal: purgeJournal(dynamodb, requireEnv('REGISTRY_TABLE')),
    eraseDecision: eraseDecision(dynamodb, requireEnv('DECISIONS_TABLE')),
    eraseSchedule: erasePurgeSchedule(new SchedulerClient(), requireEnv('SCHEDULE_GROUP')),
    copies: copyInquiry(clients),
    releaseClaims: releaseClaims(dynamodb, requireEnv('CLAIMS_TABLE')),
  }),
);
