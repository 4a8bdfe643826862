import * as z from 'zod/mini';

/** The most characters of an id that its owner chose, such as a tenant's. */
export const ID_MAX_LENGTH = 128;

const REASON_MAX_LENGTH = 1000;

// Beside the controls proper, those that turn the direction of writing: a line of the ledger must read as it was written.
const CONTROL = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;
const LAYOUT = /[\t\n\r]/g;

function text(maxLength: number) {
  return z.string().check(
    z.maxLength(maxLength),
    z.trim(),
    z.refine((value) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(value), 'must not be blank'),
    z.refine((value) => value.isWellFormed(), 'must be well-formed Unicode'),
  );
}

/** What a person writes to explain an act, in as many lines as they like. */
export function reason() {
  return text(REASON_MAX_LENGTH).check(
    z.refine(
      (value) => !CONTROL.test(value.replaceAll(LAYOUT, '')),
      'must not contain control characters',
    ),
  );
}

/** One line. */
export function name(maxLength: number) {
  return text(maxLength).check(
    z.refine((value) => !CONTROL.test(value), 'must not contain control characters'),
  );
}
