import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { recorderFunction } from '../adapters/recorder-function.ts';
import { requireEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { loggedLambda } from '../logged-lambda.ts';
import { remindApproval, reminderEventSchema } from './remind-approval.ts';

const ports = {
  ledger: ledgerReader(new DynamoDBClient(), requireEnv('LEDGER_TABLE')),
  recorder: recorderFunction(new LambdaClient(), requireEnv('RECORDER_FUNCTION')),
  now: () => new Date(),
};

export const handler = loggedLambda(
  'remind-approval',
  reminderEventSchema,
  eventLog(),
  (event, log) => remindApproval(ports, event, log),
);
