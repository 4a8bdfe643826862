import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import * as z from 'zod/mini';
import { isErrorCode, OffboardingError } from '../core/errors.ts';

const thrown = z.object({ errorType: z.string(), errorMessage: z._default(z.string(), '') });

export interface Callee {
  readonly functionName: string;
  /** What it is called in the message of an error: `the recorder`. */
  readonly title: string;
}

/**
 * Invokes a function of this product and waits for its answer.
 * @returns what it answered, parsed from JSON; undefined for anything that is not JSON
 * @throws OffboardingError what it refused with; another failure under its own name
 */
export async function invokeFunction(
  client: LambdaClient,
  { functionName, title }: Callee,
  payload: unknown,
): Promise<unknown> {
  const reply = await client.send(
    new InvokeCommand({
      FunctionName: functionName,
      InvocationType: 'RequestResponse',
      Payload: JSON.stringify(payload),
    }),
  );
  const answer = parseJson(reply.Payload?.transformToString() ?? '');
  if (reply.FunctionError !== undefined) throw errorOf(answer, title);
  return answer;
}

function errorOf(payload: unknown, title: string): Error {
  const failure = thrown.safeParse(payload);
  if (!failure.success) return new Error(`${title} failed without saying why`);
  const { errorType, errorMessage } = failure.data;
  if (isErrorCode(errorType)) return new OffboardingError(errorType, errorMessage);
  // The name stays, so that a throttled callee is retried by the same rule as a throttled caller.
  const error = new Error(`${title} failed: ${errorMessage}`);
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
