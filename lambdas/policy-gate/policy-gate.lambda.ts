// First, and out of order: V8 compiles while the rest is loaded.
import './compile-cedar.ts';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { recorderFunction } from '../adapters/recorder-function.ts';
import { usageReader } from '../adapters/usage-table.ts';
import { assertMayAsk } from '../caller-alias.ts';
import { USE_DURING_GRACE } from '../core/grace-use.ts';
import { requireChoiceEnv, requireEnv, requireWholeNumberEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { loggedLambda } from '../logged-lambda.ts';
import type { GateAnswer } from '../ports.ts';
import { answerQuestion } from './answer-question.ts';
import { askedKind, GATE_ASKED_BY } from './asked-by.ts';
import { FORCE_RULES } from './attempt.ts';
import { cedarModule, readAsset } from './compile-cedar.ts';
import { gateCallSchema } from './gate-call.ts';
import { createPolicyEngine, startCedar } from './policy-engine.ts';
import { passGate } from './policy-gate.ts';
import { parseRoles } from './roles.ts';

const dynamodb = new DynamoDBClient();
startCedar(await cedarModule);
const engine = createPolicyEngine(JSON.parse(readAsset('policies.json').toString()));
const ports = {
  ledger: ledgerReader(dynamodb, requireEnv('LEDGER_TABLE')),
  usage: usageReader(dynamodb, requireEnv('USAGE_TABLE')),
  recorder: recorderFunction(new LambdaClient(), requireEnv('RECORDER_FUNCTION')),
  policies: {
    engine,
    environment: {
      gracePeriodFloorDays: requireWholeNumberEnv('GRACE_PERIOD_FLOOR_DAYS'),
      retentionFloorDays: requireWholeNumberEnv('RETENTION_FLOOR_DAYS'),
      force: requireChoiceEnv('FORCE', FORCE_RULES),
    },
  },
  useDuringGrace: requireChoiceEnv('USE_DURING_GRACE', USE_DURING_GRACE),
  roles: parseRoles(requireEnv('ROLES')),
  now: () => new Date(),
};

export const handler = loggedLambda(
  'policy-gate',
  gateCallSchema,
  eventLog(),
  async (
    call,
    log,
    { invokedFunctionArn },
  ): Promise<{ readonly decision: GateAnswer['decision'] }> => {
    assertMayAsk(GATE_ASKED_BY, 'policy gate', invokedFunctionArn, askedKind(call));
    return 'action' in call ? answerQuestion(ports, call, log) : passGate(ports, call, log);
  },
);
