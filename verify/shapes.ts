import { z } from 'zod';

/*
 * What an auditor expects to find, written down once more rather than taken from the code that issues it: a field that is missing,
 * of another type or new is a finding.
 */

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256');
const time = z.iso.datetime({ precision: 3 });
const count = z.int().min(0);
const state = z.enum(['ACTIVE', 'PENDING_DEACTIVATE', 'DEACTIVATED', 'ARCHIVED', 'PURGED']);

export const ledgerEntrySchema = z.strictObject({
  planeId: z.string().min(1),
  seq: z.int().min(1),
  offboardingId: z.string().min(1).nullable(),
  type: z.string().min(1),
  from: state,
  to: state,
  actor: z.string().min(1),
  reason: z.string().nullable(),
  data: z.record(z.string(), z.json()),
  at: time,
  idempotencyKey: z.string().min(1),
  prevHash: hash,
  hash,
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

const part = {
  kind: z.enum(['bag', 's3-prefix', 'dynamodb-partition', 'token-partition', 'usage']),
  ref: hash,
};
const residualCopies = z.array(
  z.strictObject({
    what: z.string().min(1),
    kind: z.string().min(1),
    ref: hash.optional(),
    until: time,
    source: z.string().min(1),
  }),
);
const common = {
  type: z.literal('knowledge-plane-purge'),
  issuedAt: time,
  tool: z.strictObject({ name: z.string(), version: z.string() }),
  planeId: z.string().min(1),
  offboardingId: z.string().min(1),
  ledger: z.strictObject({ length: z.int().min(1), headHash: hash }),
  residualCopies,
  notExamined: z.array(z.string()),
};

export const certificateSchema = z.strictObject({
  ...common,
  phase: z.literal('executed', 'is not executed: the final certificate is given by --final'),
  archive: z.strictObject({
    manifestHash: hash,
    objectCount: count,
    bytes: count,
    archivedAt: time,
  }),
  destruction: z.strictObject({
    purgedAt: time,
    scopeHash: hash,
    recordsDeleted: count,
    bytesDeleted: count,
    alreadyAbsent: count,
    uploadsAborted: count,
    parts: z.array(
      z.strictObject({
        ...part,
        found: count,
        foundBytes: count,
        destroyed: count,
        destroyedBytes: count,
        alreadyAbsent: count,
        calls: z.array(z.string()),
      }),
    ),
  }),
  verification: z.strictObject({
    residue: z.array(
      z.strictObject({ ...part, count, bytes: count, placeAbsent: z.literal(true).optional() }),
    ),
    left: count,
  }),
  heldAtPurge: z.array(z.strictObject({ seq: z.int().min(1), placedAt: time })),
  approvals: z.array(
    z.strictObject({
      scopeHash: hash,
      approvedBy: z.string(),
      reasonHash: hash,
      approvedAt: time,
    }),
  ),
});
export type Certificate = z.infer<typeof certificateSchema>;

export const finalCertificateSchema = z.strictObject({
  ...common,
  phase: z.literal('final'),
  executed: z.strictObject({ hash, issuedAt: time }),
});
export type FinalCertificate = z.infer<typeof finalCertificateSchema>;

export const checkpointSchema = z.strictObject({
  type: z.literal('ledger-checkpoint'),
  number: z.int().min(1),
  previous: hash.nullable(),
  at: time,
  planes: z.array(z.strictObject({ planeId: z.string().min(1), length: count, headHash: hash })),
  totals: z.strictObject({ planes: count, entries: count }),
  contradictions: z.array(
    z.strictObject({
      planeId: z.string(),
      expected: z.strictObject({ length: count, headHash: hash }),
      found: z.strictObject({ length: count, hash: hash.nullable() }),
    }),
  ),
});
export type Checkpoint = z.infer<typeof checkpointSchema>;

export const keySchema = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.string(),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
});
export type Key = z.infer<typeof keySchema>;

export const headerSchema = z.strictObject({
  alg: z.literal('ES256'),
  kid: z.string(),
  typ: z.string(),
});

/** What is wrong with a value, on one line: `destruction.parts.0.ref is no SHA-256`. */
export function faultsOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'it'} ${message}`)
    .join('; ');
}
