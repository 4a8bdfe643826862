import * as z from 'zod/mini';
import { reason } from './body-text.ts';

/** A decision about a purge. Each body's schema is used twice: by the gateway's model (`infra/request-model.ts`) and by the Lambda. */
export const decideApprovalSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  reason: reason(),
  scopeHash: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex')),
});

export type DecideApprovalBody = z.infer<typeof decideApprovalSchema>;
