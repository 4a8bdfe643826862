import { LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { recorderFunction } from '../../lambdas/adapters/recorder-function.ts';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import type { RecordCommand } from '../../lambdas/core/ledger-rules.ts';
import { answeredBy, type JsonReply } from '../support/json-service.ts';
import { JOURNEYS, ledgerOf } from '../support/ledgers.ts';

const [ENTRY] = (await ledgerOf(...JOURNEYS.PENDING_DEACTIVATE)) as [LedgerEntry];
const COMMAND: RecordCommand = {
  planeId: ENTRY.planeId,
  offboardingId: ENTRY.offboardingId,
  type: ENTRY.type,
  to: ENTRY.to,
  actor: ENTRY.actor,
  reason: ENTRY.reason,
  data: ENTRY.data,
  idempotencyKey: ENTRY.idempotencyKey,
};

function record(reply: JsonReply) {
  const sent: unknown[] = [];
  const client = new LambdaClient(
    answeredBy((body) => {
      sent.push(body);
      return reply;
    }),
  );
  return { sent, entry: recorderFunction(client, 'recorder').record(COMMAND) };
}

const failed = (body: unknown): JsonReply => ({
  headers: { 'x-amz-function-error': 'Unhandled' },
  body,
});

describe('the recorder behind an invocation', () => {
  it('sends the command and answers with the entry', async () => {
    const { sent, entry } = record({ body: ENTRY });
    expect(await entry).toEqual(ENTRY);
    expect(sent).toEqual([COMMAND]);
  });

  it('throws a refusal of the ledger under its own code', async () => {
    const refusal = { errorType: 'GRACE_PERIOD_OVER', errorMessage: 'the grace period is over' };
    await expect(record(failed(refusal)).entry).rejects.toMatchObject(
      expect.objectContaining({
        name: 'GRACE_PERIOD_OVER',
        message: 'the grace period is over',
        details: {},
      }),
    );
  });

  it.each([
    [{ errorType: 'ThrottlingException', errorMessage: 'slow down' }, 'ThrottlingException'],
    [{ errorType: 'Sandbox.Timedout' }, 'Sandbox.Timedout'],
    ['out of memory', 'Error'],
    [null, 'Error'],
  ])('throws the failure %j as %s', async (body, name) => {
    await expect(record(failed(body)).entry).rejects.toMatchObject({ name });
  });

  it.each([
    ['nothing', null],
    ['half an entry', { seq: 1 }],
    ['the entry of another command', { ...ENTRY, idempotencyKey: 'another' }],
  ])('does not take %s for an acknowledgement', async (_name, body) => {
    await expect(record({ body }).entry).rejects.toThrow(
      'the recorder did not acknowledge the entry',
    );
  });

  it('passes on what the Lambda service says', async () => {
    const throttled: JsonReply = {
      statusCode: 429,
      headers: { 'x-amzn-errortype': 'TooManyRequestsException' },
      body: { message: 'Rate Exceeded.' },
    };
    await expect(record(throttled).entry).rejects.toMatchObject({
      name: 'TooManyRequestsException',
    });
  });
});
