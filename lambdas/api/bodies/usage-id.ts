import * as z from 'zod/mini';

/** Only characters that need no percent-encoding in a path, and nothing a proxy would resolve (`.` and `..`). */
export const usageIdSchema = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
      'must be 1 to 128 letters, digits, ".", "_" or "-"',
    ),
  );
