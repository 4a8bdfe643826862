import { randomBytes } from 'node:crypto';
import { WireError } from '../json-wire.ts';
import type { Json } from './asl.ts';
import type { ExecutionIdentity } from './engine.ts';
import { StateError } from './error-names.ts';

const TOKEN_PREFIX = 'AQCE';
const TOKEN_FORM = /^AQCE[\w-]{64}$/;

interface OpenToken {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly answer: PromiseWithResolvers<Json>;
  readonly onHeartbeat: () => void;
}

export interface TaskToken {
  readonly token: string;
  /** The output of SendTaskSuccess; rejects with the error of SendTaskFailure. */
  readonly answer: Promise<Json>;
  /** From here on whoever answers is told that it is too late. */
  close(): void;
}

export type TaskTokens = ReturnType<typeof createTaskTokens>;

/** The tokens that states wait for. Each is answered once, by whoever may send to its state machine. */
export function createTaskTokens() {
  const open = new Map<string, OpenToken>();
  const closed = new Map<string, string>();

  function close(token: string): void {
    const found = open.get(token);
    if (!found) return;
    open.delete(token);
    closed.set(token, found.stateMachineArn);
  }

  function take(token: string): OpenToken {
    const found = open.get(token);
    if (!found)
      throw new WireError('TaskTimedOut', 'Task Timed Out: the task has ended or was answered');
    return found;
  }

  return {
    issue(
      { arn: executionArn, stateMachineArn }: ExecutionIdentity,
      onHeartbeat: () => void,
    ): TaskToken {
      const token = TOKEN_PREFIX + randomBytes(48).toString('base64url');
      const answer = Promise.withResolvers<Json>();
      answer.promise.catch(() => undefined); // it may come when nobody listens any more
      open.set(token, { executionArn, stateMachineArn, answer, onHeartbeat });
      return { token, answer: answer.promise, close: () => close(token) };
    },
    /**
     * The machine whose state waits, or waited, for the token.
     * @throws WireError InvalidToken or TaskDoesNotExist
     */
    stateMachineOf(token: string): string {
      if (!TOKEN_FORM.test(token))
        throw new WireError('InvalidToken', "Invalid Token: 'Invalid token'");
      const arn = open.get(token)?.stateMachineArn ?? closed.get(token);
      if (arn === undefined) throw new WireError('TaskDoesNotExist', 'Task does not exist');
      return arn;
    },
    /** What an execution waits for, oldest first. For tests: no API tells it. */
    openTokens(executionArn: string): readonly string[] {
      return [...open].flatMap(([token, found]) =>
        found.executionArn === executionArn ? [token] : [],
      );
    },
    /** @throws WireError TaskTimedOut */
    succeed(token: string, output: Json): void {
      const { answer } = take(token);
      close(token);
      answer.resolve(output);
    },
    /** @throws WireError TaskTimedOut */
    fail(token: string, error: string, cause: string): void {
      const { answer } = take(token);
      close(token);
      answer.reject(new StateError(error, cause));
    },
    /** @throws WireError TaskTimedOut */
    heartbeat(token: string): void {
      take(token).onHeartbeat();
    },
  };
}
