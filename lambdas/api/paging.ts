import * as z from 'zod/mini';

const TOKEN_MAX_LENGTH = 1024;

/** The query of a paged list. `limit` is 1 to `max`; `nextToken` is what the page before it ended with. */
export function pageQuerySchema({ max, byDefault }: { max: number; byDefault: number }) {
  return z.strictObject({
    limit: z._default(
      z.pipe(
        z.string().check(z.regex(/^[1-9]\d{0,3}$/, `must be a whole number from 1 to ${max}`)),
        z
          .transform(Number)
          .check(z.refine((limit) => limit <= max, `must be a whole number from 1 to ${max}`)),
      ),
      byDefault,
    ),
    nextToken: z.optional(z.string().check(z.minLength(1), z.maxLength(TOKEN_MAX_LENGTH))),
  });
}
