import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ledgerReader } from './adapters/ledger-table.ts';
import { planeReader } from './adapters/registry-table.ts';
import type { StageHandler } from './contract.ts';
import { requireEnv } from './env.ts';
import { eventLog } from './event-log.ts';
import { runStage, type StageLambda } from './run-stage.ts';

/** A stage handler as a Lambda function: the shell around it, on the ledger and the registry of this deployment. */
export function stageLambda<Data extends object>(handler: StageHandler<Data>): StageLambda<Data> {
  const dynamodb = new DynamoDBClient();
  return runStage(handler, {
    ledger: ledgerReader(dynamodb, requireEnv('LEDGER_TABLE')),
    planes: planeReader(dynamodb, requireEnv('REGISTRY_TABLE')),
    now: () => new Date(),
    log: eventLog(),
  });
}
