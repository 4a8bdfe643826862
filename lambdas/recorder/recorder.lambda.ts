import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ledgerAppender, ledgerReader } from '../adapters/ledger-table.ts';
import { planeProjection, planeReader } from '../adapters/registry-table.ts';
import { assertMayAsk } from '../caller-alias.ts';
import { requireEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { loggedLambda } from '../logged-lambda.ts';
import { recordCommandSchema } from './record-command.ts';
import { RECORDED_BY, recordedKind } from './recorded-by.ts';
import { createRecorder } from './recorder.ts';

const dynamodb = new DynamoDBClient();
const [ledgerTable, registryTable] = [requireEnv('LEDGER_TABLE'), requireEnv('REGISTRY_TABLE')];
const ports = {
  ledger: { ...ledgerReader(dynamodb, ledgerTable), ...ledgerAppender(dynamodb, ledgerTable) },
  planes: { ...planeReader(dynamodb, registryTable), ...planeProjection(dynamodb, registryTable) },
  now: () => new Date(),
};

export const handler = loggedLambda(
  'recorder',
  recordCommandSchema,
  eventLog(),
  async (command, log, { invokedFunctionArn }) => {
    assertMayAsk(RECORDED_BY, 'recorder', invokedFunctionArn, recordedKind(command));
    return createRecorder({ ...ports, log }).record(command);
  },
);
