import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { recorderFunction } from '../adapters/recorder-function.ts';
import { usageReader } from '../adapters/usage-table.ts';
import { requireEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { loggedLambda } from '../logged-lambda.ts';
import type { GateAnswer } from '../ports.ts';
import { answerQuestion } from './answer-question.ts';
import { gateCallSchema } from './gate-call.ts';
import { builtInPolicy } from './policy.ts';
import { passGate } from './policy-gate.ts';

const dynamodb = new DynamoDBClient();
const ports = {
  ledger: ledgerReader(dynamodb, requireEnv('LEDGER_TABLE')),
  usage: usageReader(dynamodb, requireEnv('USAGE_TABLE')),
  recorder: recorderFunction(new LambdaClient(), requireEnv('RECORDER_FUNCTION')),
  policy: builtInPolicy,
  now: () => new Date(),
};

export const handler = loggedLambda(
  'policy-gate',
  gateCallSchema,
  eventLog(),
  async (event, log): Promise<{ readonly decision: GateAnswer['decision'] }> =>
    'action' in event ? answerQuestion(event, log) : passGate(ports, event, log),
);
