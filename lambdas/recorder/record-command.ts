import * as z from 'zod';
import { type JsonObject, LEDGER_ENTRY_TYPES, type LedgerEntryType } from '../core/ledger-entry.ts';
import type { RecordCommand } from '../core/ledger-rules.ts';
import { LIFECYCLE_STATES, type LifecycleState, PROTECTED_TRANSITIONS } from '../core/lifecycle.ts';
import { offboardingRequestSchema } from '../parse-event.ts';
import { haltOf } from './halt.ts';

const json = z.record(z.string(), z.json());
const time = z.iso.datetime();
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);

/**
 * `data` of each type of entry, as the ledger's readers rely on it: what comes in is checked here, once. The workflow can
 * nest its payload but not merge it (JSONPath), so a deregistration and a failure come in as they are and are stored flat.
 */
const dataSchemas = {
  PENDING_DEACTIVATE: z
    .object({
      request: offboardingRequestSchema,
      deregistration: z
        .object({
          deregistrationRequestedAt: time,
          gracePeriodDays: count,
          gracePeriodEnd: time,
          dependents: z.array(z.string()).max(100),
          dependentCount: count,
          canCancel: z.boolean(),
        })
        .catchall(z.json()),
    })
    .transform(({ request, deregistration }) => ({ request, ...deregistration })),
  ACTIVE: json,
  DEACTIVATED: json,
  ARCHIVED: z
    .object({
      archivedAt: time,
      archivePath: z.string().startsWith('s3://'),
      archiveSizeBytes: count,
      objectCount: count,
      manifestHash: hash,
      // A step of an earlier version may have archived the plane.
      tagManifestHash: hash.optional(),
      retentionDays: count,
      retentionUntil: time,
    })
    .catchall(z.json()),
  PURGED: json,
  GATE_PASSED: z.object({ transition: z.enum(PROTECTED_TRANSITIONS) }).catchall(z.json()),
  BLOCKED: json,
  HALTED: z
    .object({
      stage: z.string().min(1),
      failure: z.object({ Error: z.string().min(1), Cause: z.string().optional() }),
    })
    .transform(({ stage, failure }) => ({ ...haltOf(stage, failure) })),
  APPROVAL_REQUESTED: z
    .object({
      scopeHash: hash,
      scope: z.object({ manifestHash: hash, objectCount: count, bytes: count }).catchall(z.json()),
      requestedBy: z.array(z.string().min(1)).min(1),
      expiresAt: time,
    })
    .catchall(z.json()),
  APPROVED: z.object({ scopeHash: hash }).catchall(z.json()),
  REJECTED: z.object({ scopeHash: hash }).catchall(z.json()),
  APPROVAL_EXPIRED: json,
  HOLD_PLACED: z.object({ reference: z.string().min(1) }).catchall(z.json()),
  HOLD_RELEASED: z.object({ reference: z.string().min(1) }).catchall(z.json()),
  CERTIFIED: json,
} as const;

/** A command on the wire, turned into what the ledger will hold. */
export const recordCommandSchema = z
  .object({
    planeId: z.string().min(1),
    offboardingId: z.string().min(1).nullable(),
    type: z.enum(LEDGER_ENTRY_TYPES),
    to: z.enum(LIFECYCLE_STATES).optional(),
    actor: z.string().min(1),
    // The workflow leaves it out where there is none: the CDK writes no null into a definition.
    reason: z.string().nullable().default(null),
    data: json,
    idempotencyKey: z.string().min(1),
  })
  .transform(({ to, ...command }, context): RecordCommand => {
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
  });

function dataSchema(type: LedgerEntryType, to: LifecycleState | undefined): z.ZodType {
  if (type !== 'TRANSITION') return dataSchemas[type];
  return to ? dataSchemas[to] : json;
}
