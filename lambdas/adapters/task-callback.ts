import { setTimeout } from 'node:timers/promises';
import {
  InvalidToken,
  SendTaskSuccessCommand,
  type SFNClient,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import type { TaskCallback } from '../api/ports.ts';

const PAUSE_MS = 400;

/** Answers tasks that wait for a token. */
export function taskCallback(client: SFNClient): TaskCallback {
  return {
    async sendSuccess(taskToken, output) {
      try {
        await client.send(
          new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }),
        );
        return 'sent';
      } catch (error) {
        // TaskTimedOut is also the answer for a task that was answered before.
        if (
          error instanceof TaskTimedOut ||
          error instanceof TaskDoesNotExist ||
          error instanceof InvalidToken
        )
          return 'closed';
        // A message of the service may quote the request, and so the token: only its name may reach a log.
        const name = error instanceof Error ? error.name : 'unknown error';
        throw new Error(`the decision could not be handed to the workflow: ${name}`);
      }
    },
    async pause() {
      await setTimeout(PAUSE_MS);
    },
  };
}
