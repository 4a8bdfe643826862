import * as z from 'zod/mini';
import { DEPENDENTS_MAX } from '../core/dependents-max.ts';
import { type JsonObject, LEDGER_ENTRY_TYPES, type LedgerEntryType } from '../core/ledger-entry.ts';
import type { RecordCommand } from '../core/ledger-rules.ts';
import { USES } from '../core/ledger-state.ts';
import { LIFECYCLE_STATES, type LifecycleState, PROTECTED_TRANSITIONS } from '../core/lifecycle.ts';
import { isJsonObject, offboardingRequestSchema } from '../parse-event.ts';
import { haltOf } from './halt.ts';

const json = z.custom<JsonObject>(isJsonObject);
const time = z.iso.datetime();
const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const count = z.int().check(z.minimum(0));
const nonEmpty = z.string().check(z.minLength(1));
const use = z.enum(USES);
const ids = z.array(z.string()).check(z.maxLength(DEPENDENTS_MAX));

/** These fields, and whatever else is there: parsed from JSON by the runtime, it is JSON. */
function open<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.looseObject(shape);
}

/**
 * `data` of each type of entry, as the ledger's readers rely on it: what comes in is checked here, once. The workflow can
 * nest its payload but not merge it (JSONPath), so a deregistration and a failure come in as they are and are stored flat.
 * Made when they are asked for: an invocation records one entry, and a cold start would wait for all of them.
 */
const dataSchemas = {
  PENDING_DEACTIVATE: () =>
    z.pipe(
      z.object({
        request: offboardingRequestSchema,
        deregistration: open({
          deregistrationRequestedAt: time,
          gracePeriodDays: count,
          gracePeriodEnd: time,
          dependents: ids,
          dependentCount: count,
          canCancel: z.boolean(),
        }),
      }),
      z.transform(({ request, deregistration }) => ({ request, ...deregistration })),
    ),
  ACTIVE: () => json,
  DEACTIVATED: () => json,
  ARCHIVED: () =>
    open({
      archivedAt: time,
      archivePath: z.string().check(z.startsWith('s3://')),
      archiveSizeBytes: count,
      objectCount: count,
      manifestHash: hash,
      // A step of an earlier version may have archived the plane.
      tagManifestHash: z.optional(hash),
      retentionDays: count,
      retentionUntil: time,
    }),
  PURGED: () => json,
  GATE_PASSED: () =>
    open({
      transition: z.enum(PROTECTED_TRANSITIONS),
      decidedAtSeq: z.optional(count),
    }),
  BLOCKED: () => json,
  HALTED: () =>
    z.pipe(
      z.object({
        stage: nonEmpty,
        failure: z.object({ Error: nonEmpty, Cause: z.optional(z.string()) }),
      }),
      z.transform(({ stage, failure }) => ({ ...haltOf(stage, failure) })),
    ),
  RESTARTED: () =>
    open({
      attempt: z.optional(count),
      erasure: z.boolean(),
      acknowledgedDependents: z.optional(ids),
    }),
  APPROVAL_REQUESTED: () =>
    open({
      scopeHash: hash,
      scope: open({ manifestHash: hash, objectCount: count, bytes: count }),
      requestedBy: z.array(nonEmpty).check(z.minLength(1)),
      requiredApprovals: z.optional(z.int().check(z.minimum(1))),
      expiresAt: time,
    }),
  APPROVAL_REMINDED: () =>
    open({
      level: z.enum(['reminder', 'escalation']),
      scopeHash: hash,
      expiresAt: time,
    }),
  APPROVED: () => open({ scopeHash: hash }),
  REJECTED: () => open({ scopeHash: hash }),
  APPROVAL_EXPIRED: () => json,
  FORCE_REQUESTED: () => open({ expiresAt: time }),
  USE_NOTICED: () =>
    open({
      use,
      gracePeriodEnd: z.optional(time),
      declarationId: z.optional(nonEmpty),
    }),
  USAGE_REMOVED: () =>
    open({ use, id: nonEmpty, whose: nonEmpty, declarationId: z.optional(nonEmpty) }),
  HOLD_PLACED: () => open({ reference: nonEmpty }),
  HOLD_RELEASED: () => open({ reference: nonEmpty }),
  CERTIFIED: () => json,
} as const;

/** A command on the wire, turned into what the ledger will hold. */
export const recordCommandSchema = z.pipe(
  z.object({
    planeId: nonEmpty,
    offboardingId: z.nullable(nonEmpty),
    type: z.enum(LEDGER_ENTRY_TYPES),
    to: z.optional(z.enum(LIFECYCLE_STATES)),
    actor: nonEmpty,
    // The workflow leaves it out where there is none: the CDK writes no null into a definition.
    reason: z._default(z.nullable(z.string()), null),
    data: json,
    idempotencyKey: nonEmpty,
  }),
  z.transform(({ to, ...command }, context): RecordCommand => {
    if ((command.type === 'TRANSITION') !== (to !== undefined))
      context.issues.push({
        code: 'custom',
        path: ['to'],
        message: 'is for a TRANSITION, and only for one',
        input: to,
      });
    const data = dataSchema(command.type, to).safeParse(command.data);
    if (!data.success)
      for (const issue of data.error.issues)
        context.issues.push({
          code: 'custom',
          path: ['data', ...issue.path],
          message: issue.code === 'custom' ? issue.message : issue.code,
          input: undefined,
        });
    return {
      ...command,
      ...(to && { to }),
      data: (data.data ?? {}) as JsonObject,
    };
  }),
);

function dataSchema(type: LedgerEntryType, to: LifecycleState | undefined): z.ZodMiniType {
  if (type !== 'TRANSITION') return dataSchemas[type]();
  return to ? dataSchemas[to]() : json;
}
