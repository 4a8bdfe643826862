import { generateKeyPairSync, sign } from 'node:crypto';
import { exportJWK } from 'jose';
import { createIssueCertificate } from '../../lambdas/certificate/certificate.ts';
import { createIssueFinalCertificate } from '../../lambdas/certificate/final-certificate.ts';
import type { Signer } from '../../lambdas/certificate/signer.ts';
import { signingKeys } from '../../lambdas/certificate/signing-keys.ts';
import { createCheckpoint } from '../../lambdas/checkpoint/checkpoint.ts';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import type { PurgeData } from '../../lambdas/core/purge-progress.ts';
import { scopeHash } from '../../lambdas/core/scope.ts';
import type { Evidence } from '../../verify/evidence-files.ts';
import {
  APPROVER,
  OFFBOARDING_ID,
  PLANE_ID,
  purgeScope,
  REQUESTER,
  TIMES,
} from '../support/builders.ts';
import {
  approvalRequested,
  approved,
  certified,
  gatePassed,
  JOURNEYS,
  ledgerOf,
  purged,
  type Step,
} from '../support/ledgers.ts';

export type WholeEvidence = Required<Evidence>;

const json = (value: object) => JSON.parse(JSON.stringify(value));

/** What happened beside the shortest way to a purge. */
export interface Beside {
  /** Before the offboarding that ended in the purge. */
  readonly before?: readonly Step[];
  /** Between the archive and the question that was approved. */
  readonly beforeQuestion?: readonly Step[];
  /** Between the gate and the entry that records PURGED. */
  readonly afterGate?: readonly Step[];
}

/** Everything that one purge leaves, issued by the code that issues it on AWS: only what it is stored in is in memory. */
export async function issueEvidence({
  before = [],
  beforeQuestion = [],
  afterGate = [],
}: Beside = {}): Promise<WholeEvidence> {
  const scope = purgeScope();
  const hash = await scopeHash(scope);
  const purge: PurgeData = {
    purgedAt: TIMES.purged,
    recordsDeleted: scope.objectCount,
    bytesDeleted: scope.bytes,
    alreadyAbsent: 0,
    uploadsAborted: 0,
    parts: scope.parts.map(({ kind, ref, count, bytes }) => ({
      kind,
      ref,
      found: count,
      foundBytes: bytes,
      destroyed: count,
      destroyedBytes: bytes,
      alreadyAbsent: 0,
    })),
    residue: scope.parts.map(({ kind, ref }) => ({ kind, ref, count: 0, bytes: 0 })),
    auditPreserved: true,
    approvedBy: APPROVER,
    approvalReason: 'nothing is needed any more',
    scopeHash: hash,
    manifestHash: scope.manifestHash,
    placeCopies: [
      {
        ref: 'd'.repeat(64),
        asked: 'dynamodb:DescribeContinuousBackups',
        found: { copies: 'point-in-time-recovery', days: 35 },
      },
    ],
  };
  const toArchived = [...before, ...JOURNEYS.ARCHIVED];
  const toPurged: readonly Step[] = [
    ...toArchived,
    ...beforeQuestion,
    {
      ...approvalRequested,
      data: json({
        scopeHash: hash,
        scope,
        requestedBy: [REQUESTER],
        expiresAt: TIMES.approvalExpires,
      }),
    },
    { ...approved, data: { scopeHash: hash } },
    gatePassed('PURGED'),
    ...afterGate,
    { ...purged, data: json(purge) },
  ];

  const signer = newSigner();
  const stored = new Map<string, string>();
  const checkpoints = new Map<number, string>();
  let entries: readonly LedgerEntry[] = [];
  let now = new Date(TIMES.archived);
  const checkpoint = createCheckpoint({
    planes: {
      async *pages() {
        yield ['kp-before', PLANE_ID];
        yield ['kp-zz-after'];
      },
    },
    heads: {
      head: async (planeId) =>
        planeId === PLANE_ID
          ? { planeId, length: entries.length, headHash: entries.at(-1)?.hash ?? '' }
          : { planeId, length: 3, headHash: 'e'.repeat(64) },
      hashAt: async (planeId, seq) =>
        planeId === PLANE_ID ? entries[seq - 1]?.hash : 'e'.repeat(64),
    },
    checkpoints: {
      async read() {
        const number = checkpoints.size;
        const jws = checkpoints.get(number);
        return { last: jws === undefined ? undefined : { number, jws }, tampered: [] };
      },
      async writeOnce(number, jws) {
        checkpoints.set(number, jws);
        return true;
      },
    },
    signer,
    now: () => now,
  });
  const ports = {
    ledger: { read: async () => entries },
    recorder: {
      async record() {
        const [first] = entries;
        if (!first) throw new Error('no ledger');
        return first;
      },
    },
    signer,
    certificates: {
      read: async (planeId: string, phase: string) => stored.get(`${planeId} ${phase}`) ?? '',
      async writeOnce(planeId: string, phase: string, jws: string) {
        stored.set(`${planeId} ${phase}`, jws);
        return true;
      },
    },
    tool: { name: 'knowledge-plane-offboarding', version: '0.1.0' },
    now: () => now,
  };
  const ids = { planeId: PLANE_ID, offboardingId: OFFBOARDING_ID };

  entries = await ledgerOf(...toArchived);
  await checkpoint();
  entries = await ledgerOf(...toPurged);
  now = new Date(TIMES.purged);
  await checkpoint();
  const executed = await createIssueCertificate({
    ...ports,
    residueRegister: [
      { what: 'executions', kind: 'step-functions-history', days: 91, source: 'quotas' },
    ],
    finalSchedule: { create: async () => undefined },
  })({ ...ids, idempotencyKey: 'run-1/issue' });
  const withExecuted = [...toPurged, { ...certified, data: { ...executed } }];
  entries = await ledgerOf(...withExecuted);
  await checkpoint();
  now = new Date('2028-03-01T00:00:00.000Z');
  const final = await createIssueFinalCertificate(ports)(ids);
  entries = await ledgerOf(...withExecuted, { ...certified, data: { ...final } });
  await checkpoint();

  const keys = await signingKeys(signer).read();
  return {
    certificate: stored.get(`${PLANE_ID} executed`) ?? '',
    final: stored.get(`${PLANE_ID} final`) ?? '',
    ledger: entries.map((entry) => JSON.stringify(entry)).join('\n'),
    checkpoints: [...checkpoints].map(([number, text]) => ({
      name: `${String(number).padStart(8, '0')}.jws`,
      text,
    })),
    keys: JSON.stringify({ keys }),
    thumbprints: keys.map(({ kid = '' }) => kid),
  };
}

export function newSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicKey: () => exportJWK(publicKey),
    sign: async (message) =>
      sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  };
}
