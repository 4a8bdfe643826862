/** A command was called wrongly: the message names the argument, and the command ends with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
