import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { isErrorCode, OffboardingError } from '../core/errors.ts';
import { LEDGER_ENTRY_TYPES, type LedgerEntry } from '../core/ledger-entry.ts';
import { LIFECYCLE_STATES } from '../core/lifecycle.ts';
import type { Recorder } from '../ports.ts';

const thrown = z.object({ errorType: z.string(), errorMessage: z._default(z.string(), '') });

const acknowledgement = z.object({
  planeId: z.string(),
  seq: z.int().check(z.minimum(1)),
  offboardingId: z.nullable(z.string()),
  type: z.enum(LEDGER_ENTRY_TYPES),
  from: z.enum(LIFECYCLE_STATES),
  to: z.enum(LIFECYCLE_STATES),
  actor: z.string(),
  reason: z.nullable(z.string()),
  data: z.record(z.string(), z.json()),
  at: z.string(),
  idempotencyKey: z.string(),
  prevHash: z.string(),
  hash: z.string(),
});

/**
 * The recorder behind a synchronous invocation. Only an entry that carries the command's own idempotency key is an
 * acknowledgement; anything else is thrown, and the same command may then be sent again.
 */
export function recorderFunction(client: LambdaClient, functionName: string): Recorder {
  return {
    async record(command) {
      const reply = await client.send(
        new InvokeCommand({
          FunctionName: functionName,
          InvocationType: 'RequestResponse',
          Payload: JSON.stringify(command),
        }),
      );
      const payload = parseJson(reply.Payload?.transformToString() ?? '');
      if (reply.FunctionError !== undefined) throw errorOf(payload);
      const entry = acknowledgement.safeParse(payload);
      if (!entry.success || entry.data.idempotencyKey !== command.idempotencyKey)
        throw new Error('the recorder did not acknowledge the entry');
      return entry.data satisfies LedgerEntry;
    },
  };
}

function errorOf(payload: unknown): Error {
  const failure = thrown.safeParse(payload);
  if (!failure.success) return new Error('the recorder failed without saying why');
  const { errorType, errorMessage } = failure.data;
  if (isErrorCode(errorType)) return new OffboardingError(errorType, errorMessage);
  // The name stays, so that a throttled recorder is retried by the same rule as a throttled caller.
  const error = new Error(`the recorder failed: ${errorMessage}`);
  error.name = errorType;
  return error;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
