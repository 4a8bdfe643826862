import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { pendingDecisions } from '../adapters/decisions-table.ts';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { requireEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { loggedLambda } from '../logged-lambda.ts';
import { awaitApproval, awaitEventSchema } from './await-approval.ts';

const dynamodb = new DynamoDBClient();
const ports = {
  ledger: ledgerReader(dynamodb, requireEnv('LEDGER_TABLE')),
  decisions: pendingDecisions(
    dynamodb,
    new KMSClient(),
    requireEnv('DECISIONS_TABLE'),
    requireEnv('TOKEN_KEY_ARN'),
  ),
};

export const handler = loggedLambda('await-approval', awaitEventSchema, eventLog(), (event, log) =>
  awaitApproval(ports, event, log),
);
