import * as z from 'zod';

const TOKEN_MAX_LENGTH = 1024;

/** The query of a paged list. `limit` is 1 to `max`; `nextToken` is what the page before it ended with. */
export function pageQuerySchema({ max, byDefault }: { max: number; byDefault: number }) {
  return z.strictObject({
    limit: z
      .string()
      .regex(/^[1-9]\d{0,3}$/, `must be a whole number from 1 to ${max}`)
      .transform(Number)
      .refine((limit) => limit <= max, `must be a whole number from 1 to ${max}`)
      .default(byDefault),
    nextToken: z.string().min(1).max(TOKEN_MAX_LENGTH).optional(),
  });
}
