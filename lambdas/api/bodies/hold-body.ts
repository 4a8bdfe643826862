import * as z from 'zod/mini';
import { reason } from './body-text.ts';

/** A hold is placed and released under its reference: a file number, which must say nothing about a person. */
export const holdSchema = z.strictObject({
  reference: z
    .string()
    .check(
      z.regex(
        /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
        'must be 1 to 64 letters, digits, ".", "_" or "-"',
      ),
    ),
  reason: reason(),
});

export type HoldBody = z.infer<typeof holdSchema>;
