import { isErrorCode } from '../core/errors.ts';
import type { Halt } from '../core/ledger-state.ts';

/** What `Catch` puts at `$.failure`. `Cause` of a Lambda's failure is a JSON string {errorType, errorMessage, trace}. */
export interface WorkflowFailure {
  readonly Error: string;
  readonly Cause?: string | undefined;
}

/**
 * What the ledger says of a failed step. A message of ours holds ids, counts and hashes only; a foreign one (an AWS
 * service, the runtime) may name a document, and the ledger outlives the documents: of those only the error's name stays.
 */
export function haltOf(stage: string, failure: WorkflowFailure): Halt {
  const code = failure.Error;
  const message = isErrorCode(code) ? messageIn(failure.Cause) : undefined;
  return { stage, code, message: message ?? `the step failed with ${code}` };
}

function messageIn(cause: string | undefined): string | undefined {
  const { errorMessage } = parseCause(cause ?? '');
  return typeof errorMessage === 'string' && errorMessage !== '' ? errorMessage : undefined;
}

function parseCause(cause: string): { readonly errorMessage?: unknown } {
  try {
    return Object(JSON.parse(cause));
  } catch {
    return {}; // a `Fail` state's or the service's own cause is plain text, and foreign
  }
}
