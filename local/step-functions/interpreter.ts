import { ExecutionError, StateMachine } from 'aws-local-stepfunctions';
import type { AslMachine, Json } from './asl.ts';
import { StateError } from './error-names.ts';
import { toStateError } from './work.ts';

/** An event of the interpreter, as far as it is used. */
export interface InterpreterEvent {
  readonly type: string;
  readonly state?: { readonly name: string; readonly input: Json; readonly output?: Json };
}

export interface InterpreterOptions {
  readonly context: Record<string, unknown>;
  /** What the tasks do, by the name of the state. */
  readonly tasks?: Readonly<Record<string, (input: Json) => Promise<Json>>>;
  readonly onEvent?: (event: InterpreterEvent) => void;
}

/**
 * Runs a definition by the interpreter, which is left the States Language itself: paths, templates, intrinsic functions,
 * choices, catchers.
 * @throws StateError with the error that ended the run
 */
export async function interpret(
  definition: Pick<AslMachine, 'StartAt' | 'States'>,
  input: Json,
  { context, tasks = {}, onEvent }: InterpreterOptions,
): Promise<Json> {
  // Validated as it was deployed; what it was rewritten to has states no validator knows.
  const machine = new StateMachine(definition as never, {
    validationOptions: { noValidate: true },
  });
  const run = machine.run(input, { context, overrides: { taskResourceLocalHandlers: tasks } });
  const heard = (async () => {
    for await (const event of run.eventLogs) onEvent?.(event as InterpreterEvent);
  })();
  try {
    return await run.result;
  } catch (error) {
    throw endingOf(error);
  } finally {
    await heard;
  }
}

/** @throws Error that says what is wrong with the definition */
export function assertValid(definition: AslMachine): void {
  new StateMachine(definition as never);
}

function endingOf(error: unknown): StateError {
  const cause = error instanceof ExecutionError ? error.cause : error;
  // The interpreter's own errors are named as in the States Language; it does not export their class.
  if (cause instanceof Error && !(cause instanceof StateError) && 'isRetryable' in cause)
    return new StateError(cause.name, cause.message);
  return toStateError(cause);
}
