import type { LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { LEDGER_ENTRY_TYPES, type LedgerEntry } from '../core/ledger-entry.ts';
import { LIFECYCLE_STATES } from '../core/lifecycle.ts';
import type { Recorder } from '../ports.ts';
import { invokeFunction } from './invoke-function.ts';

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
      const recorder = { functionName, title: 'the recorder' };
      const entry = acknowledgement.safeParse(await invokeFunction(client, recorder, command));
      if (!entry.success || entry.data.idempotencyKey !== command.idempotencyKey)
        throw new Error('the recorder did not acknowledge the entry');
      return entry.data satisfies LedgerEntry;
    },
  };
}
