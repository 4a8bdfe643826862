import type { ArchiveData, DeregistrationData } from '../../lambdas/core/ledger-state.ts';
import type { OffboardingRequest, PlaneRecord } from '../../lambdas/core/plane.ts';
import type { PurgeScope } from '../../lambdas/core/scope.ts';
import type { ObjectVersion } from '../../lambdas/core/store-record.ts';
import type { Invocation } from '../../lambdas/run-stage.ts';

export const PLANE_ID = 'kp_01JD0000000000000000000001';
export const OFFBOARDING_ID = 'off_01JD0000000000000000000001';
export const REQUESTER = 'arn:aws:iam::111122223333:user/operator';
export const APPROVER = 'arn:aws:iam::111122223333:user/approver';

/** One offboarding in round times: seven days of grace, a year of retention. */
export const TIMES = {
  requested: '2026-11-22T10:00:00.000Z',
  graceEnd: '2026-11-29T10:00:00.000Z',
  archived: '2026-11-29T11:00:00.000Z',
  retentionUntil: '2027-11-29T11:00:00.000Z',
  approved: '2027-11-30T09:00:00.000Z',
  approvalExpires: '2027-12-06T11:00:00.000Z',
  purged: '2027-11-30T10:00:00.000Z',
} as const;

/** What Lambda tells a function of its invocation. */
export function invocationOf(remainingMs: () => number = () => 900_000): Invocation {
  return {
    awsRequestId: 'request-1',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:111122223333:function:stage',
    getRemainingTimeInMillis: remainingMs,
  };
}

export function offboardingRequest(changes: Partial<OffboardingRequest> = {}): OffboardingRequest {
  return {
    reason: 'the contract ends',
    requestedBy: REQUESTER,
    requestedAt: TIMES.requested,
    gracePeriodDays: 7,
    retentionDays: 365,
    erasure: false,
    force: false,
    forceReason: null,
    ...changes,
  };
}

export function planeRecord(changes: Partial<PlaneRecord> = {}): PlaneRecord {
  return {
    planeId: PLANE_ID,
    tenantId: 'tenant-a',
    name: 'handbook',
    type: 'vector',
    stores: [{ kind: 's3-prefix', bucket: 'documents', prefix: 'kp-1/' }],
    access: [{ kind: 'query-endpoint', functionName: 'query-kp-1' }],
    createdAt: '2026-01-01T00:00:00.000Z',
    createdBy: REQUESTER,
    lifecycleState: 'ACTIVE',
    ledgerSeq: 0,
    ...changes,
  };
}

export function deregistrationData(changes: Partial<DeregistrationData> = {}): DeregistrationData {
  return {
    request: offboardingRequest(),
    deregistrationRequestedAt: TIMES.requested,
    gracePeriodDays: 7,
    gracePeriodEnd: TIMES.graceEnd,
    dependents: [],
    dependentCount: 0,
    canCancel: true,
    ...changes,
  };
}

export function archiveData(changes: Partial<ArchiveData> = {}): ArchiveData {
  return {
    archivedAt: TIMES.archived,
    archivePath: `s3://vault/planes/${PLANE_ID}/${OFFBOARDING_ID}/bag/`,
    archiveSizeBytes: 4096,
    objectCount: 3,
    manifestHash: 'a'.repeat(64),
    retentionDays: 365,
    retentionUntil: TIMES.retentionUntil,
    ...changes,
  };
}

export function purgeScope(changes: Partial<PurgeScope> = {}): PurgeScope {
  return {
    planeId: PLANE_ID,
    offboardingId: OFFBOARDING_ID,
    manifestHash: 'a'.repeat(64),
    archivedCount: 3,
    archivedBytes: 4096,
    parts: [{ kind: 'bag', ref: 'b'.repeat(64), count: 9, bytes: 5000 }],
    objectCount: 9,
    bytes: 5000,
    ...changes,
  };
}

/** The current version of a document of one byte. */
export function version(key: string, versionId = 'v1'): ObjectVersion {
  return {
    kind: 'object',
    key,
    versionId,
    isLatest: true,
    size: 1,
    etag: '"e"',
    lastModified: '2026-11-22T10:00:00.000Z',
    storageClass: 'STANDARD',
  };
}
