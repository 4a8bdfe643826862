/** Why a restore cannot go on, in one sentence for the person at the terminal. */
export class RestoreError extends Error {
  override readonly name: string = 'RestoreError';
}

/** Something of the archive is missing, or is not what was sealed. What else there is can still be restored. */
export class DamageError extends RestoreError {
  override readonly name = 'DamageError';
}
