import type { LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { type ErrorCode, isErrorCode, OffboardingError } from '../core/errors.ts';
import { USES } from '../core/ledger-state.ts';
import type { PolicyGate } from '../ports.ts';
import { invokeFunction } from './invoke-function.ts';

const reasonSchema = z.object({
  policy: z.string(),
  code: z.custom<ErrorCode>((code) => typeof code === 'string' && isErrorCode(code)),
  message: z.string(),
});

const answerSchema = z.discriminatedUnion('decision', [
  z.object({
    decision: z.literal('ALLOWED'),
    reasons: z.tuple([]),
    forceRequestedBy: z.exactOptional(z.string()),
    removes: z.exactOptional(
      z.object({
        use: z.enum(USES),
        whose: z.string(),
        declarationId: z.exactOptional(z.string()),
      }),
    ),
  }),
  z.object({ decision: z.literal('PENDING'), reasons: z.tuple([reasonSchema], reasonSchema) }),
  z.object({ decision: z.literal('BLOCKED'), reasons: z.tuple([reasonSchema], reasonSchema) }),
]);

/** The policy gate behind a synchronous invocation. What is not understood as an answer allows nothing: it is thrown. */
export function policyGateFunction(client: LambdaClient, functionName: string): PolicyGate {
  return {
    async authorise(question) {
      const gate = { functionName, title: 'the policy gate' };
      const answer = answerSchema.safeParse(await invokeFunction(client, gate, question));
      if (!answer.success) throw new Error('the policy gate did not answer the question');
      if (answer.data.decision !== 'BLOCKED') return answer.data;
      const { reasons } = answer.data;
      const [{ code, message }] = reasons;
      throw new OffboardingError(code, message, { details: { reasons } });
    },
  };
}
