import { generateKeyPairSync, sign } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, exportJWK, importJWK } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { createIssueCertificate } from '../../lambdas/certificate/certificate.ts';
import { createIssueFinalCertificate } from '../../lambdas/certificate/final-certificate.ts';
import type { Signer } from '../../lambdas/certificate/signer.ts';
import { sha256Hex } from '../../lambdas/core/canonical.ts';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import type { RecordCommand } from '../../lambdas/core/ledger-rules.ts';
import type { PurgeData } from '../../lambdas/core/purge-progress.ts';
import type { ResidueSource } from '../../lambdas/core/residue.ts';
import { APPROVER, OFFBOARDING_ID, PLANE_ID, TIMES } from '../support/builders.ts';
import {
  approvalRequested,
  approved,
  certified,
  gatePassed,
  halted,
  JOURNEYS,
  ledgerOf,
  purged,
  rejected,
  SCOPE_HASH,
  type Step,
} from '../support/ledgers.ts';

const ISSUED = new Date('2027-11-30T10:00:05.000Z');
const EVENT = { planeId: PLANE_ID, offboardingId: OFFBOARDING_ID, idempotencyKey: 'run-1/issue' };
const EXECUTED = `${PLANE_ID} executed`;
const REF = 'b'.repeat(64);
const TABLE_REF = 'd'.repeat(64);
const REGISTER: readonly ResidueSource[] = [
  {
    what: 'items of the table Registry/Planes',
    kind: 'dynamodb-point-in-time-recovery',
    days: 35,
    source: 'PointInTimeRecoverySpecification of the table',
  },
  {
    what: 'the history of the executions',
    kind: 'step-functions-history',
    days: 91,
    source: 'the page',
  },
];
const PURGE: PurgeData = {
  purgedAt: TIMES.purged,
  recordsDeleted: 8,
  bytesDeleted: 4900,
  alreadyAbsent: 1,
  uploadsAborted: 0,
  parts: [
    {
      kind: 'bag',
      ref: REF,
      found: 9,
      foundBytes: 5000,
      destroyed: 8,
      destroyedBytes: 4900,
      alreadyAbsent: 1,
    },
  ],
  residue: [{ kind: 'bag', ref: REF, count: 0, bytes: 0 }],
  auditPreserved: true,
  approvedBy: APPROVER,
  approvalReason: 'nothing is needed any more',
  scopeHash: SCOPE_HASH,
  manifestHash: 'a'.repeat(64),
  placeCopies: [
    {
      ref: TABLE_REF,
      asked: 'dynamodb:DescribeContinuousBackups',
      found: { copies: 'point-in-time-recovery', days: 7 },
    },
    { ref: REF, asked: 's3:GetBucketReplication', found: { copies: 'none' } },
  ],
};
const JOURNEY: readonly Step[] = [
  ...JOURNEYS.PURGED.slice(0, -1),
  { ...purged, data: JSON.parse(JSON.stringify(PURGE)) },
];

function signerOf(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicKey: () => exportJWK(publicKey),
    sign: async (message) =>
      sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  };
}

let signer: Signer;
let stored: Map<string, string>;
let recorded: RecordCommand[];
let scheduled: unknown[];
let entries: readonly LedgerEntry[];

beforeEach(async () => {
  signer = signerOf();
  stored = new Map();
  recorded = [];
  scheduled = [];
  entries = await ledgerOf(...JOURNEY);
});

const ports = (now: Date, recorderFails = false) => ({
  ledger: { read: async () => entries },
  recorder: {
    async record(command: RecordCommand) {
      recorded.push(command);
      if (recorderFails) throw new Error('throttled');
      const [entry] = entries;
      if (!entry) throw new Error('no ledger');
      return entry;
    },
  },
  signer,
  certificates: {
    read: async (planeId: string, phase: string) => stored.get(`${planeId} ${phase}`) ?? '',
    async writeOnce(planeId: string, phase: string, jws: string) {
      if (stored.has(`${planeId} ${phase}`)) return false;
      stored.set(`${planeId} ${phase}`, jws);
      return true;
    },
  },
  tool: { name: 'knowledge-plane-offboarding', version: '0.1.0' },
  now: () => now,
});

function issue({ now = ISSUED, recorderFails = false } = {}) {
  return createIssueCertificate({
    ...ports(now, recorderFails),
    residueRegister: REGISTER,
    finalSchedule: {
      async create(event, until) {
        scheduled.push({ ...event, until });
      },
    },
  })(EVENT);
}

function issueFinal(now: string, offboardingId = OFFBOARDING_ID) {
  return createIssueFinalCertificate(ports(new Date(now)))({ planeId: PLANE_ID, offboardingId });
}

async function verified(phase = 'executed') {
  const key = await importJWK(await signer.publicKey(), 'ES256');
  const { payload, protectedHeader } = await compactVerify(
    stored.get(`${PLANE_ID} ${phase}`) ?? '',
    key,
  );
  return { statement: JSON.parse(new TextDecoder().decode(payload)), protectedHeader };
}

describe('the certificate', () => {
  test('verifies with the public key alone, whose thumbprint it names', async () => {
    await issue();
    const { protectedHeader } = await verified();
    expect(protectedHeader).toEqual({
      alg: 'ES256',
      kid: await calculateJwkThumbprint(await signer.publicKey()),
      typ: 'purge-certificate+json',
    });
  });

  test('states what the ledger says', async () => {
    await issue();
    const { statement } = await verified();
    expect(statement).toMatchObject({
      type: 'knowledge-plane-purge',
      phase: 'executed',
      issuedAt: '2027-11-30T10:00:05.000Z',
      tool: { name: 'knowledge-plane-offboarding', version: '0.1.0' },
      planeId: PLANE_ID,
      offboardingId: OFFBOARDING_ID,
      archive: {
        manifestHash: 'a'.repeat(64),
        objectCount: 3,
        bytes: 4096,
        archivedAt: '2026-11-29T11:00:00.000Z',
      },
      destruction: {
        purgedAt: '2027-11-30T10:00:00.000Z',
        scopeHash: SCOPE_HASH,
        recordsDeleted: 8,
        bytesDeleted: 4900,
        alreadyAbsent: 1,
        uploadsAborted: 0,
        parts: [
          {
            kind: 'bag',
            ref: REF,
            found: 9,
            destroyed: 8,
            alreadyAbsent: 1,
            calls: [
              's3:ListObjectVersions',
              's3:DeleteObjects',
              's3:ListMultipartUploads',
              's3:AbortMultipartUpload',
            ],
          },
        ],
      },
      verification: { residue: [{ kind: 'bag', ref: REF, count: 0, bytes: 0 }], left: 0 },
      approvals: [
        {
          scopeHash: SCOPE_HASH,
          approvedBy: APPROVER,
          // printf '%s' 'nothing is needed any more' | sha256sum
          reasonHash: 'efceddb007cc10a4a72c8edbb5ba9fb8551698ba68fb9b1d744546bb64eaba43',
          approvedAt: '2027-11-30T09:00:00.000Z',
        },
      ],
      heldAtPurge: [],
      ledger: { length: entries.length, headHash: entries.at(-1)?.hash },
    });
  });

  test('names who approved what was asked last, and nobody who answered an earlier question', async () => {
    const asked = (at: string) => ({ ...approvalRequested, at });
    const earlier = 'arn:aws:iam::111122223333:user/earlier';
    entries = await ledgerOf(
      ...JOURNEYS.ARCHIVED,
      asked('2027-11-29T11:00:00.000Z'),
      { ...approved, actor: earlier, at: '2027-11-29T11:01:00.000Z' },
      halted('purge', 'LEGAL_HOLD', '2027-11-29T11:02:00.000Z'),
      asked('2027-11-29T11:03:00.000Z'),
      { ...rejected, actor: earlier, at: '2027-11-29T11:04:00.000Z' },
      asked('2027-11-29T11:05:00.000Z'),
      approved,
      { ...approved, reason: 'once more' },
      gatePassed('PURGED'),
      JOURNEY.at(-1) ?? purged,
    );
    await issue();
    const { statement } = await verified();
    expect(statement.approvals).toEqual([
      {
        scopeHash: SCOPE_HASH,
        approvedBy: APPROVER,
        reasonHash: 'efceddb007cc10a4a72c8edbb5ba9fb8551698ba68fb9b1d744546bb64eaba43',
        approvedAt: '2027-11-30T09:00:00.000Z',
      },
    ]);
  });

  test('lists what AWS keeps, each until its own end, and what the figure is from', async () => {
    await issue();
    const { statement } = await verified();
    expect(statement.residualCopies).toEqual([
      {
        what: 'items of the table Registry/Planes',
        kind: 'dynamodb-point-in-time-recovery',
        until: '2028-01-04T10:00:05.000Z',
        source: 'PointInTimeRecoverySpecification of the table',
      },
      {
        what: 'the history of the executions',
        kind: 'step-functions-history',
        until: '2028-02-29T10:00:05.000Z',
        source: 'the page',
      },
      {
        what: "a table of the plane's own",
        kind: 'dynamodb-point-in-time-recovery',
        ref: TABLE_REF,
        until: '2027-12-07T10:00:05.000Z',
        source: 'dynamodb:DescribeContinuousBackups',
      },
    ]);
  });

  test.each([
    [
      { copies: 'replicas' },
      `replicas of ${REF}: its bucket is replicated (s3:GetBucketReplication)`,
    ],
    [
      { copies: 'unknown', code: 'AccessDenied' },
      `copies of ${REF}: s3:GetBucketReplication answered AccessDenied`,
    ],
  ])('says what nobody can put a date to: %j', async (found, said) => {
    const placeCopies = [{ ref: REF, asked: 's3:GetBucketReplication', found }];
    entries = await ledgerOf(...JOURNEY.slice(0, -1), {
      ...purged,
      data: JSON.parse(JSON.stringify({ ...PURGE, placeCopies })),
    });
    await issue();
    const { statement } = await verified();
    expect(statement.notExamined).toEqual([
      said,
      'backups on demand, backups by AWS Backup and exports of the tables and buckets the plane lived in',
      'copies that users of the plane made',
    ]);
  });

  test('puts the final one on the clock before it is recorded, at the end of the last residue', async () => {
    await expect(issue({ recorderFails: true })).rejects.toThrow('throttled');
    const due = {
      planeId: PLANE_ID,
      offboardingId: OFFBOARDING_ID,
      until: '2028-02-29T10:00:05.000Z',
    };
    expect(scheduled).toEqual([due]);
    // A later run finds the certificate that is stored, and asks for the same time.
    await issue({ now: new Date('2027-12-01T00:00:00.000Z') });
    expect(scheduled).toEqual([due, due]);
  });

  test('names no bucket, no table, no tenant, no document and no reason that somebody wrote', async () => {
    await issue();
    const text = JSON.stringify((await verified()).statement);
    for (const name of ['documents', 'tenant-a', 'handbook', 'kp-1/', 'nothing is needed any more'])
      expect(text).not.toContain(name);
  });

  test('does not verify when one character of it is changed', async () => {
    await issue();
    const jws = stored.get(EXECUTED) ?? '';
    const middle = jws.indexOf('.') + 40;
    stored.set(
      EXECUTED,
      `${jws.slice(0, middle)}${jws[middle] === 'A' ? 'B' : 'A'}${jws.slice(middle + 1)}`,
    );
    await expect(verified()).rejects.toMatchObject({
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    });
  });

  test('is recorded by the hash of what is stored', async () => {
    const data = await issue();
    expect(data).toEqual({
      certificateHash: await sha256Hex(stored.get(EXECUTED) ?? ''),
      keyId: await calculateJwkThumbprint(await signer.publicKey()),
      phase: 'executed',
      issuedAt: '2027-11-30T10:00:05.000Z',
    });
    expect(recorded).toEqual([
      {
        planeId: PLANE_ID,
        offboardingId: OFFBOARDING_ID,
        type: 'CERTIFIED',
        actor: 'workflow',
        reason: null,
        data,
        idempotencyKey: 'run-1/issue',
      },
    ]);
  });
});

describe('a second run', () => {
  test('records the certificate that a crashed run stored, and stores no other', async () => {
    await expect(issue({ recorderFails: true })).rejects.toThrow('throttled');
    const first = stored.get(EXECUTED);
    const data = await issue({ now: new Date('2027-12-01T00:00:00.000Z') });
    expect(stored.get(EXECUTED)).toBe(first);
    expect(data.issuedAt).toBe('2027-11-30T10:00:05.000Z');
    expect(recorded.map(({ data: { certificateHash } }) => certificateHash)).toEqual([
      await sha256Hex(first ?? ''),
      await sha256Hex(first ?? ''),
    ]);
  });

  test('answers what is recorded already, and records nothing', async () => {
    const data = await issue();
    entries = await ledgerOf(...JOURNEY, { ...certified, data: { ...data } });
    recorded = [];
    expect(await issue()).toEqual(data);
    expect(recorded).toEqual([]);
  });

  test('does not vouch for a certificate that another key signed', async () => {
    await issue();
    recorded = [];
    signer = signerOf();
    await expect(issue()).rejects.toMatchObject({
      name: 'CERTIFICATE_FAILED',
      message: 'the stored certificate does not verify',
    });
    expect(recorded).toEqual([]);
  });

  test('does not vouch for a certificate about another purge', async () => {
    await issue();
    recorded = [];
    entries = await ledgerOf(...JOURNEY.slice(0, -1), {
      ...purged,
      data: JSON.parse(JSON.stringify({ ...PURGE, recordsDeleted: 7 })),
    });
    await expect(issue()).rejects.toMatchObject({
      name: 'CERTIFICATE_FAILED',
      message: 'the stored certificate is about another purge',
    });
    expect(recorded).toEqual([]);
  });
});

test('refuses a plane that is not purged', async () => {
  entries = await ledgerOf(...JOURNEY.slice(0, -1));
  await expect(issue()).rejects.toMatchObject({ name: 'CERTIFICATE_FAILED' });
  expect(stored.size).toBe(0);
});

test('refuses a ledger whose chain does not hold', async () => {
  entries = entries.map((entry) => ({ ...entry, reason: 'forged' }));
  await expect(issue()).rejects.toMatchObject({ name: 'LEDGER_CORRUPT' });
  expect(stored.size).toBe(0);
});

describe('the final certificate', () => {
  const AFTER = '2028-02-29T10:00:05.000Z';

  beforeEach(async () => {
    const data = await issue();
    entries = await ledgerOf(...JOURNEY, { ...certified, data: { ...data } });
    recorded = [];
  });

  test('completes the executed one, by its hash, when the last residue has run out', async () => {
    const data = await issueFinal(AFTER);
    const { statement, protectedHeader } = await verified('final');
    expect(protectedHeader.typ).toBe('purge-certificate+json');
    expect(statement).toEqual({
      type: 'knowledge-plane-purge',
      phase: 'final',
      issuedAt: AFTER,
      tool: { name: 'knowledge-plane-offboarding', version: '0.1.0' },
      planeId: PLANE_ID,
      offboardingId: OFFBOARDING_ID,
      executed: {
        hash: await sha256Hex(stored.get(EXECUTED) ?? ''),
        issuedAt: '2027-11-30T10:00:05.000Z',
      },
      residualCopies: (await verified()).statement.residualCopies,
      ledger: { length: entries.length, headHash: entries.at(-1)?.hash },
      notExamined: (await verified()).statement.notExamined,
    });
    expect(data).toMatchObject({ phase: 'final', issuedAt: AFTER });
    expect(recorded).toMatchObject([
      { type: 'CERTIFIED', data, idempotencyKey: `final-certificate/${OFFBOARDING_ID}` },
    ]);
  });

  test('is not issued a millisecond before', async () => {
    await expect(issueFinal('2028-02-29T10:00:04.999Z')).rejects.toMatchObject({
      name: 'CERTIFICATE_FAILED',
      message:
        'the history of the executions (step-functions-history) is kept until 2028-02-29T10:00:05.000Z',
    });
    expect(stored.size).toBe(1);
  });

  test('is issued once: a second run answers what is recorded', async () => {
    const data = await issueFinal(AFTER);
    entries = await ledgerOf(
      ...JOURNEY,
      { ...certified, data: { ...(await issue()) } },
      { ...certified, data: { ...data } },
    );
    recorded = [];
    expect(await issueFinal('2029-01-01T00:00:00.000Z')).toEqual(data);
    expect(recorded).toEqual([]);
  });

  test('that a crashed run has stored is the one that is recorded', async () => {
    const data = await issueFinal(AFTER);
    expect(await issueFinal('2028-03-01T00:00:00.000Z')).toEqual(data);
  });

  test('vouches for no ledger that was written anew since', async () => {
    entries = await ledgerOf(
      ...JOURNEY.slice(0, -1),
      { ...purged, data: JSON.parse(JSON.stringify({ ...PURGE, recordsDeleted: 7 })) },
      { ...certified, data: { certificateHash: await sha256Hex(stored.get(EXECUTED) ?? '') } },
    );
    await expect(issueFinal(AFTER)).rejects.toMatchObject({ name: 'LEDGER_CORRUPT' });
  });

  test('vouches for no certificate but the one on record', async () => {
    entries = await ledgerOf(...JOURNEY, { ...certified, data: { certificateHash: REF } });
    await expect(issueFinal(AFTER)).rejects.toMatchObject({ name: 'CERTIFICATE_FAILED' });
    await expect(issueFinal(AFTER, 'off_another')).rejects.toMatchObject({
      name: 'CERTIFICATE_FAILED',
    });
  });
});
