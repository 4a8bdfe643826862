import * as z from 'zod';
import {
  type AccessPointDescriptor,
  accessPointSchema,
  PLANE_TYPES,
  type StoreDescriptor,
  storeSchema,
} from '../core/plane.ts';

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

type Descriptor = StoreDescriptor | AccessPointDescriptor;

// Beside the controls proper, those that turn the direction of writing: a line of the ledger must read as it was written.
const CONTROL = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;
const LAYOUT = /[\t\n\r]/g;

function text(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .trim()
    .refine((value) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(value), 'must not be blank')
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');
}

/** What a person writes, in as many lines as they like. */
function reason(maxLength: number) {
  return text(maxLength).refine(
    (value) => !CONTROL.test(value.replaceAll(LAYOUT, '')),
    'must not contain control characters',
  );
}

function name(maxLength: number) {
  return text(maxLength).refine(
    (value) => !CONTROL.test(value),
    'must not contain control characters',
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

const wellFormed = [isWellFormed, 'must be well-formed Unicode'] as const;

export const createPlaneSchema = z
  .strictObject({
    tenantId: name(ID_MAX_LENGTH),
    name: name(NAME_MAX_LENGTH),
    type: z.enum(PLANE_TYPES),
    stores: z
      .array(storeSchema.refine(...wellFormed))
      .min(1)
      .max(STORES_MAX),
    access: z.array(accessPointSchema.refine(...wellFormed)).max(ACCESS_POINTS_MAX),
  })
  .superRefine(({ stores, access }, context) => {
    const places = [
      ...stores.map((descriptor, index) => ({ path: ['stores', index], descriptor })),
      ...access.map((descriptor, index) => ({ path: ['access', index], descriptor })),
    ];
    for (const [index, { path, descriptor }] of places.entries())
      if (places.slice(0, index).some((earlier) => overlaps(earlier.descriptor, descriptor)))
        context.addIssue({ code: 'custom', path, message: 'overlaps an earlier one' });
  });

export const startOffboardingSchema = z
  .strictObject({
    reason: reason(REASON_MAX_LENGTH),
    gracePeriodDays: z.int().min(0).max(GRACE_PERIOD_MAX_DAYS).optional(),
    retentionDays: z.int().min(0).max(RETENTION_MAX_DAYS).optional(),
    erasure: z.boolean().optional(),
    force: z.boolean().optional(),
    forceReason: reason(REASON_MAX_LENGTH).optional(),
  })
  .refine((body) => !(body.erasure && body.retentionDays !== undefined), {
    path: ['retentionDays'],
    message: 'must be absent when erasure is asked for',
  })
  .refine((body) => Boolean(body.force) === (body.forceReason !== undefined), {
    path: ['forceReason'],
    message: 'is needed with force, and only with force',
  });

export const decideApprovalSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  reason: reason(REASON_MAX_LENGTH),
  scopeHash: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in lower-case hex'),
});

export const putLeaseSchema = z.strictObject({
  kind: z.enum(['run', 'query']),
  ttlSeconds: z.int().min(1).max(LEASE_MAX_SECONDS),
});

export const putDependentSchema = z.strictObject({
  kind: name(ID_MAX_LENGTH),
});

export type CreatePlaneBody = z.infer<typeof createPlaneSchema>;
export type StartOffboardingBody = z.infer<typeof startOffboardingSchema>;
export type DecideApprovalBody = z.infer<typeof decideApprovalSchema>;
export type PutLeaseBody = z.infer<typeof putLeaseSchema>;
export type PutDependentBody = z.infer<typeof putDependentSchema>;
