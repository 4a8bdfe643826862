import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OffboardingError } from '../../lambdas/core/errors.ts';
import { answerQuestion, type QuestionPorts } from '../../lambdas/policy-gate/answer-question.ts';
import type { EnvironmentFacts } from '../../lambdas/policy-gate/attempt.ts';
import { createPolicyEngine, startCedar } from '../../lambdas/policy-gate/policy-engine.ts';
import { readPolicyFiles } from '../../lambdas/policy-gate/policy-files.ts';
import { parsePolicies } from '../../lambdas/policy-gate/policy-set.ts';
import type { RolePatterns } from '../../lambdas/policy-gate/roles.ts';
import type { PolicyGate } from '../../lambdas/ports.ts';
import { recordingLog } from './recording-log.ts';

const CEDAR = dirname(fileURLToPath(import.meta.resolve('@cedar-policy/cedar-wasm/web')));

export const POLICY_FILES = readPolicyFiles(join(import.meta.dirname, '../../policies'));

startCedar(readFileSync(join(CEDAR, 'cedar_wasm_bg.wasm')));

/** The engine with the policies as they are deployed; and each request must fit their schema. */
export const ENGINE = createPolicyEngine(parsePolicies(POLICY_FILES), POLICY_FILES.schema);

export const DEV: EnvironmentFacts = {
  gracePeriodFloorDays: 0,
  retentionFloorDays: 0,
  force: 'one-person',
};
export const PROD: EnvironmentFacts = {
  gracePeriodFloorDays: 7,
  retentionFloorDays: 30,
  force: 'two-people',
};

export const EVERYBODY: RolePatterns = {
  operator: ['*'],
  forcer: ['*'],
  legal: ['*'],
  approver: ['*'],
};

/** The gate as the API sees it, without the invocation in between. */
export function gateOver(ports: QuestionPorts): PolicyGate {
  return {
    async authorise(question) {
      const answer = await answerQuestion(ports, question, recordingLog());
      if (answer.decision !== 'BLOCKED') return answer;
      const [{ code, message }] = answer.reasons;
      throw new OffboardingError(code, message, { details: { reasons: answer.reasons } });
    },
  };
}
