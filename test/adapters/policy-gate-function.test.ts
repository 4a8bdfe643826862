import { LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { policyGateFunction } from '../../lambdas/adapters/policy-gate-function.ts';
import { answeredBy, type JsonReply } from '../support/json-service.ts';

const QUESTION = {
  action: 'hold',
  planeId: 'kp_1',
  caller: { identity: 'arn:aws:iam::111122223333:role/Legal' },
} as const;
const HELD = { policy: 'legal-hold', code: 'LEGAL_HOLD', message: '1 legal hold(s) are in force' };
const UNKNOWN = { policy: 'x', code: 'TYPO', message: 'no such code' };

function ask(reply: JsonReply) {
  const sent: unknown[] = [];
  const client = new LambdaClient(
    answeredBy((body) => {
      sent.push(body);
      return reply;
    }),
  );
  return { sent, answer: policyGateFunction(client, 'policy-gate').authorise(QUESTION) };
}

describe('the policy gate behind an invocation', () => {
  it.each([
    { decision: 'ALLOWED', reasons: [] },
    { decision: 'ALLOWED', reasons: [], forceRequestedBy: 'arn:aws:iam::111122223333:role/Ops' },
    { decision: 'PENDING', reasons: [HELD] },
  ])('sends the question and answers %j', async (body) => {
    const { sent, answer } = ask({ body });
    expect(await answer).toEqual(body);
    expect(sent).toEqual([QUESTION]);
  });

  it('throws a refusal under the code of its first reason, with all of them', async () => {
    const second = { policy: 'grace-floor', code: 'WRONG_STATE', message: 'another' };
    const { answer } = ask({ body: { decision: 'BLOCKED', reasons: [HELD, second] } });
    await expect(answer).rejects.toMatchObject({
      name: 'LEGAL_HOLD',
      message: '1 legal hold(s) are in force',
      details: { reasons: [HELD, second] },
    });
  });

  it('throws what the gate itself was refused', async () => {
    const failure = { errorType: 'PLANE_NOT_FOUND', errorMessage: 'kp_1 is not registered' };
    const { answer } = ask({ headers: { 'x-amz-function-error': 'Unhandled' }, body: failure });
    await expect(answer).rejects.toMatchObject({ name: 'PLANE_NOT_FOUND' });
  });

  it.each([
    ['nothing', null],
    ['a decision that does not exist', { decision: 'PROBABLY', reasons: [] }],
    ['a refusal without a reason', { decision: 'BLOCKED', reasons: [] }],
    ['a reason under no code', { decision: 'PENDING', reasons: [UNKNOWN] }],
    ['leave with a reason against it', { decision: 'ALLOWED', reasons: [HELD] }],
  ])('takes %s for no answer', async (_name, body) => {
    await expect(ask({ body }).answer).rejects.toThrow(
      'the policy gate did not answer the question',
    );
  });
});
