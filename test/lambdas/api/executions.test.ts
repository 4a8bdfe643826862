import type { SFNClient } from '@aws-sdk/client-sfn';
import {
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidToken,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { executions } from '../../../lambdas/adapters/executions.ts';
import { taskCallback } from '../../../lambdas/adapters/task-callback.ts';

const STATE_MACHINE = 'arn:aws:states:eu-central-1:111122223333:stateMachine:Offboarding';
const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:Offboarding:off_1-1';
const thrown = { message: 'no', $metadata: {} };

/** A client that answers every command alike, and keeps what it was sent. */
function client(answer: unknown) {
  const sent: { name: string; input: unknown }[] = [];
  const send = async (command: { input: unknown; constructor: { name: string } }) => {
    sent.push({ name: command.constructor.name, input: command.input });
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { sent, sfn: { send } as unknown as SFNClient };
}

describe('executions', () => {
  it('have an ARN before they exist', () => {
    expect(executions(client({}).sfn, STATE_MACHINE).arnOf('off_1-1')).toBe(EXECUTION);
  });

  it('start with the same bytes for the same input', async () => {
    const { sent, sfn } = client({});
    await executions(sfn, STATE_MACHINE).start('off_1-1', { planeId: 'kp_1', a: 1 });
    expect(sent).toEqual([
      {
        name: 'StartExecutionCommand',
        input: {
          stateMachineArn: STATE_MACHINE,
          name: 'off_1-1',
          input: '{"a":1,"planeId":"kp_1"}',
        },
      },
    ]);
  });

  it('tell a taken name from a failure', async () => {
    const taken = executions(client(new ExecutionAlreadyExists(thrown)).sfn, STATE_MACHINE);
    expect(await taken.start('off_1-1', {})).toBe('name-taken');
    const failing = executions(client(new Error('Throttling')).sfn, STATE_MACHINE);
    await expect(failing.start('off_1-1', {})).rejects.toThrow('Throttling');
  });

  it.each([
    [{ status: 'RUNNING' }, { status: 'RUNNING' }],
    [{ status: 'PENDING_REDRIVE' }, { status: 'RUNNING' }],
    [
      { status: 'FAILED', error: 'ACTIVE_USAGE', cause: 'at x.ts' },
      { status: 'FAILED', error: 'ACTIVE_USAGE' },
    ],
    [{ status: 'ABORTED' }, { status: 'ABORTED' }],
    [new ExecutionDoesNotExist(thrown), undefined],
  ])('are described: %o', async (answer, described) => {
    expect(await executions(client(answer).sfn, STATE_MACHINE).describe(EXECUTION)).toEqual(
      described,
    );
  });

  it('that never existed need no stopping', async () => {
    const { sent, sfn } = client(new ExecutionDoesNotExist(thrown));
    await executions(sfn, STATE_MACHINE).stop(EXECUTION, 'cancelled by request');
    expect(sent).toMatchObject([{ name: 'StopExecutionCommand' }]);
  });
});

describe('a waiting task', () => {
  const TOKEN = 'secret-task-token';

  it('gets its output as JSON', async () => {
    const { sent, sfn } = client({});
    expect(await taskCallback(sfn).sendSuccess(TOKEN, { decision: 'approve' })).toBe('sent');
    expect(sent).toEqual([
      {
        name: 'SendTaskSuccessCommand',
        input: { taskToken: TOKEN, output: '{"decision":"approve"}' },
      },
    ]);
  });

  it.each([new TaskTimedOut(thrown), new TaskDoesNotExist(thrown), new InvalidToken(thrown)])(
    'that waits no more is no failure: $name',
    async (error) => {
      expect(await taskCallback(client(error).sfn).sendSuccess(TOKEN, {})).toBe('closed');
    },
  );

  it('does not give its token away in a failure that quotes it', async () => {
    const quoting = Object.assign(new Error(`Value '${TOKEN}' at 'taskToken' failed`), {
      name: 'ValidationException',
    });
    const failure: Error = await taskCallback(client(quoting).sfn)
      .sendSuccess(TOKEN, {})
      .then(
        () => new Error('sent'),
        (error) => error,
      );
    expect(failure.message).toContain('ValidationException');
    expect([failure.message, failure.stack, String(failure.cause)].join()).not.toContain(TOKEN);
  });
});
