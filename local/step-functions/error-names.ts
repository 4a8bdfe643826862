import type { Catcher } from './asl.ts';

export const TIMEOUT = 'States.Timeout';
export const HEARTBEAT_TIMEOUT = 'States.HeartbeatTimeout';
export const DATA_LIMIT_EXCEEDED = 'States.DataLimitExceeded';
export const RUNTIME = 'States.Runtime';

/**
 * Whether an entry of `ErrorEquals` means an error.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-error-representation
 */
export function matchesError(pattern: string, name: string): boolean {
  if (name === RUNTIME) return false;
  if (pattern === name) return true;
  if (pattern === 'States.ALL') return name !== DATA_LIMIT_EXCEEDED;
  if (pattern === 'States.TaskFailed') return name !== TIMEOUT && name !== HEARTBEAT_TIMEOUT;
  return pattern === TIMEOUT && name === HEARTBEAT_TIMEOUT;
}

export function findMatch<T extends { readonly ErrorEquals: readonly string[] }>(
  entries: readonly T[],
  name: string,
): T | undefined {
  return entries.find(({ ErrorEquals }) =>
    ErrorEquals.some((pattern) => matchesError(pattern, name)),
  );
}

/**
 * The interpreter's wildcards match every error. Where one must not, the catcher that is meant is named before them.
 */
export function spellOutCatchers(catchers: readonly Catcher[]): readonly Catcher[] {
  const named = [TIMEOUT, HEARTBEAT_TIMEOUT, DATA_LIMIT_EXCEEDED].flatMap((name) => {
    const catcher = findMatch(catchers, name);
    return catcher ? [{ ...catcher, ErrorEquals: [name] }] : [];
  });
  return [...named, ...catchers];
}

/** The failure of a state: `name` is the Error, `message` the Cause that `Catch` hands on. */
export class StateError extends Error {
  override readonly name: string;
  /** Read by the interpreter: false when no catcher of the state means this error. */
  readonly isCatchable: boolean;

  constructor(name: string, cause: string, options: { isCatchable?: boolean } = {}) {
    super(cause);
    this.name = name;
    this.isCatchable = options.isCatchable ?? true;
  }

  /** The same, as what ends a run for good: nothing in it may catch this. */
  uncatchable(): StateError {
    return new StateError(this.name, this.message, { isCatchable: false });
  }

  /** The same failure as the state with these catchers sees it. */
  before(catchers: readonly Catcher[]): StateError {
    return new StateError(this.name, this.message, {
      isCatchable: findMatch(catchers, this.name) !== undefined,
    });
  }
}
