import type * as z from 'zod/mini';
import { isOffboardingError } from './core/errors.ts';
import type { EventLog } from './event-log.ts';
import { parseEvent } from './parse-event.ts';
import type { Invocation } from './run-stage.ts';

interface Subject {
  readonly planeId: string;
  readonly offboardingId?: string | null;
}

/**
 * The shell around the workflow's Lambdas that are no stages: parse, bind the correlation ids, log what is thrown.
 * @throws OffboardingError `INVALID_STAGE_INPUT`, and whatever `run` throws, under its own name
 */
export function loggedLambda<Schema extends z.ZodMiniType<Subject>, Output>(
  name: string,
  schema: Schema,
  log: EventLog,
  run: (event: z.output<Schema>, log: EventLog, invocation: Invocation) => Promise<Output>,
): (event: unknown, invocation: Invocation) => Promise<Output> {
  return async (event, invocation) => {
    let bound = log.bind({ function: name, requestId: invocation.awsRequestId });
    try {
      const parsed = parseEvent(schema, event);
      const { planeId, offboardingId } = parsed;
      bound = bound.bind({ planeId, ...(offboardingId && { offboardingId }) });
      return await run(parsed, bound, invocation);
    } catch (error) {
      if (isOffboardingError(error))
        bound.warn('call refused', {
          code: error.name,
          reason: error.message,
          details: error.details,
        });
      else bound.error('call crashed', { error });
      throw error;
    }
  };
}
