import * as z from 'zod/mini';
import { OffboardingError } from './core/errors.ts';
import type { JsonValue } from './core/ledger-entry.ts';

/** The request as it travels through the workflow; unknown fields are dropped, so that older executions stay readable. */
export const offboardingRequestSchema = z.object({
  reason: z.string().check(z.minLength(1)),
  requestedBy: z.string().check(z.minLength(1)),
  requestedAt: z.custom<string>(isUtcTime),
  gracePeriodDays: z.int().check(z.minimum(0)),
  retentionDays: z.int().check(z.minimum(0)),
  erasure: z.boolean(),
  force: z.boolean(),
  forceReason: z.nullable(z.string()),
  forceRequestedBy: z.exactOptional(z.string().check(z.minLength(1))),
  acknowledgedDependents: z.exactOptional(z.readonly(z.array(z.string()))),
});

/** What every Lambda of the workflow receives. */
export const workflowEventSchema = z.object({
  planeId: z.string().check(z.minLength(1)),
  offboardingId: z.string().check(z.minLength(1)),
  request: offboardingRequestSchema,
});

export const stageEventSchema = z.extend(workflowEventSchema, {
  // Parsed from JSON by the runtime: its values are what they can be.
  input: z._default(z.custom<Record<string, JsonValue>>(isJsonObject), {}),
});

/** A date and time in UTC that exist, as ISO 8601. Not `z.iso.datetime`, which would add 3 KB to the bundle of every stage. */
function isUtcTime(value: unknown): boolean {
  if (typeof value !== 'string' || !/^[-:.T\d]+Z$/.test(value)) return false;
  const time = new Date(value);
  // JavaScript takes 30 February for 2 March.
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, 19) === value.slice(0, 19);
}

/** Not `z.record`, which would add 2.5 KB to the bundle of every stage. */
export function isJsonObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Parses what the state machine sent. The refusal names fields and rules, never values: they end in the ledger.
 * @throws OffboardingError `INVALID_STAGE_INPUT`
 */
export function parseEvent<Schema extends z.ZodMiniType>(
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
