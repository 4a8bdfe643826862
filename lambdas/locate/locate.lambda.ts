import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { recorderFunction } from '../adapters/recorder-function.ts';
import { planeReader } from '../adapters/registry-table.ts';
import { requireEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { loggedLambda } from '../logged-lambda.ts';
import { locate, locateEventSchema } from './locate.ts';

const dynamodb = new DynamoDBClient();
const ports = {
  ledger: ledgerReader(dynamodb, requireEnv('LEDGER_TABLE')),
  planes: planeReader(dynamodb, requireEnv('REGISTRY_TABLE')),
  recorder: recorderFunction(new LambdaClient(), requireEnv('RECORDER_FUNCTION')),
  now: () => new Date(),
};

export const handler = loggedLambda('locate', locateEventSchema, eventLog(), async (event, log) => {
  const state = await locate(ports, event);
  const { lifecycleState, purgeDue, purgeCommitted, certified } = state;
  log.info('plane located', { lifecycleState, purgeDue, purgeCommitted, certified });
  return state;
});
