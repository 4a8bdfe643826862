import * as z from 'zod';
import { OffboardingError } from './core/errors.ts';

/** The request as it travels through the workflow; unknown fields are dropped, so that older executions stay readable. */
export const offboardingRequestSchema = z.object({
  reason: z.string().min(1),
  requestedBy: z.string().min(1),
  requestedAt: z.iso.datetime(),
  gracePeriodDays: z.int().min(0),
  retentionDays: z.int().min(0),
  erasure: z.boolean(),
  force: z.boolean(),
  forceReason: z.string().nullable(),
});

/** What every Lambda of the workflow receives. */
export const workflowEventSchema = z.object({
  planeId: z.string().min(1),
  offboardingId: z.string().min(1),
  request: offboardingRequestSchema,
});

export const stageEventSchema = workflowEventSchema.extend({
  input: z.record(z.string(), z.json()).default({}),
});

/**
 * Parses what the state machine sent. The refusal names fields and rules, never values: they end in the ledger.
 * @throws OffboardingError `INVALID_STAGE_INPUT`
 */
export function parseEvent<Schema extends z.ZodType>(
  schema: Schema,
  event: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(
    // Only messages of our own rules are known to hold no value.
    ({ path, code, message }) =>
      `${path.join('.') || 'event'} ${code === 'custom' ? message : code}`,
  );
  throw new OffboardingError('INVALID_STAGE_INPUT', `invalid input: ${fields.join(', ')}`);
}
