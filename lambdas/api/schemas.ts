import * as z from 'zod/mini';
import { accessPointSchema, storeSchema } from '../core/descriptor-schemas.ts';
import { type AccessPointDescriptor, PLANE_TYPES, type StoreDescriptor } from '../core/plane.ts';

/**
 * One schema per request body, used twice: the gateway's model takes its names from it (`infra/request-model.ts`), and the
 * Lambda parses with it.
 */

const REASON_MAX_LENGTH = 1000;
const NAME_MAX_LENGTH = 200;
const ID_MAX_LENGTH = 128;
// An execution may stay open for one year, and the drain and the approval have to fit into it as well.
const GRACE_PERIOD_MAX_DAYS = 180;
const RETENTION_MAX_DAYS = 3650;
const LEASE_MAX_SECONDS = 86_400;
const STORES_MAX = 20;
const ACCESS_POINTS_MAX = 20;
const ACKNOWLEDGED_MAX = 100;

/** Only characters that need no percent-encoding in a path, and nothing a proxy would resolve (`.` and `..`). */
export const usageIdSchema = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
      'must be 1 to 128 letters, digits, ".", "_" or "-"',
    ),
  );

type Descriptor = StoreDescriptor | AccessPointDescriptor;

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

/** What a person writes, in as many lines as they like. */
function reason(maxLength: number) {
  return text(maxLength).check(
    z.refine(
      (value) => !CONTROL.test(value.replaceAll(LAYOUT, '')),
      'must not contain control characters',
    ),
  );
}

function name(maxLength: number) {
  return text(maxLength).check(
    z.refine((value) => !CONTROL.test(value), 'must not contain control characters'),
  );
}

/** Descriptors are compared by their bytes, here and in the claims, so each string must have exactly one UTF-8 form. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  return typeof value !== 'object' || value === null || Object.values(value).every(isWellFormed);
}

/** What is counted, copied or removed twice when two descriptors of one plane name the same place. */
function overlaps(one: Descriptor, other: Descriptor): boolean {
  if (one.kind === 's3-prefix')
    return (
      other.kind === 's3-prefix' &&
      one.bucket === other.bucket &&
      (one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix))
    );
  if (one.kind === 'query-endpoint')
    return other.kind === 'query-endpoint' && one.functionName === other.functionName;
  return (
    'table' in other &&
    one.table === other.table &&
    one.partitionKey.value === other.partitionKey.value
  );
}

const wellFormed = z.refine(isWellFormed, 'must be well-formed Unicode');

export const createPlaneSchema = z
  .strictObject({
    tenantId: name(ID_MAX_LENGTH),
    name: name(NAME_MAX_LENGTH),
    type: z.enum(PLANE_TYPES),
    stores: z.array(storeSchema.check(wellFormed)).check(z.minLength(1), z.maxLength(STORES_MAX)),
    access: z.array(accessPointSchema.check(wellFormed)).check(z.maxLength(ACCESS_POINTS_MAX)),
  })
  .check(
    z.superRefine(({ stores, access }, context) => {
      const places = [
        ...stores.map((descriptor, index) => ({ path: ['stores', index], descriptor })),
        ...access.map((descriptor, index) => ({ path: ['access', index], descriptor })),
      ];
      for (const [index, { path, descriptor }] of places.entries())
        if (places.slice(0, index).some((earlier) => overlaps(earlier.descriptor, descriptor)))
          context.addIssue({ code: 'custom', path, message: 'overlaps an earlier one' });
    }),
  );

export const startOffboardingSchema = z
  .strictObject({
    reason: reason(REASON_MAX_LENGTH),
    gracePeriodDays: z.optional(z.int().check(z.minimum(0), z.maximum(GRACE_PERIOD_MAX_DAYS))),
    retentionDays: z.optional(z.int().check(z.minimum(0), z.maximum(RETENTION_MAX_DAYS))),
    erasure: z.optional(z.boolean()),
    force: z.optional(z.boolean()),
    forceReason: z.optional(reason(REASON_MAX_LENGTH)),
    acknowledgedDependents: z.optional(
      z.array(usageIdSchema).check(
        z.maxLength(ACKNOWLEDGED_MAX),
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

export const decideApprovalSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  reason: reason(REASON_MAX_LENGTH),
  scopeHash: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex')),
});

export const putLeaseSchema = z.strictObject({
  kind: z.enum(['run', 'query']),
  ttlSeconds: z.int().check(z.minimum(1), z.maximum(LEASE_MAX_SECONDS)),
});

export const putDependentSchema = z.strictObject({
  kind: name(ID_MAX_LENGTH),
});

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
  reason: reason(REASON_MAX_LENGTH),
});

export type CreatePlaneBody = z.infer<typeof createPlaneSchema>;
export type StartOffboardingBody = z.infer<typeof startOffboardingSchema>;
export type DecideApprovalBody = z.infer<typeof decideApprovalSchema>;
export type PutLeaseBody = z.infer<typeof putLeaseSchema>;
export type PutDependentBody = z.infer<typeof putDependentSchema>;
export type HoldBody = z.infer<typeof holdSchema>;
