import * as z from 'zod/mini';
import { DEPENDENTS_MAX } from '../../core/dependents-max.ts';
import { reason } from './body-text.ts';
import { usageIdSchema } from './usage-id.ts';

// An execution may stay open for one year, and the drain and the approval have to fit into it as well.
const GRACE_PERIOD_MAX_DAYS = 180;
const RETENTION_MAX_DAYS = 3650;

/** A request to offboard a plane. Floors and roles are the policies' business, not the schema's. */
export const startOffboardingSchema = z
  .strictObject({
    reason: reason(),
    gracePeriodDays: z.optional(z.int().check(z.minimum(0), z.maximum(GRACE_PERIOD_MAX_DAYS))),
    retentionDays: z.optional(z.int().check(z.minimum(0), z.maximum(RETENTION_MAX_DAYS))),
    erasure: z.optional(z.boolean()),
    force: z.optional(z.boolean()),
    forceReason: z.optional(reason()),
    acknowledgedDependents: z.optional(
      z.array(usageIdSchema).check(
        z.maxLength(DEPENDENTS_MAX),
        z.refine((ids) => new Set(ids).size === ids.length, 'must name each dependent once'),
      ),
    ),
  })
  .check(
    z.refine((body) => !(body.erasure && body.retentionDays !== undefined), {
      path: ['retentionDays'],
      message: 'must be absent when erasure is asked for',
    }),
    z.refine((body) => Boolean(body.force) === (body.forceReason !== undefined), {
      path: ['forceReason'],
      message: 'is needed with force, and only with force',
    }),
  );

export type StartOffboardingBody = z.infer<typeof startOffboardingSchema>;
