import { generateKeyPairSync, sign } from 'node:crypto';
import { calculateJwkThumbprint, compactVerify, exportJWK, importJWK } from 'jose';
import { beforeEach, describe, expect, test } from 'vitest';
import { createIssueCertificate } from '../../lambdas/certificate/certificate.ts';
import { RESIDUAL_COPIES } from '../../lambdas/certificate/residual-copies.ts';
import type { Signer } from '../../lambdas/certificate/signer.ts';
import { sha256Hex } from '../../lambdas/core/canonical.ts';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import type { RecordCommand } from '../../lambdas/core/ledger-rules.ts';
import type { PurgeData } from '../../lambdas/core/purge-progress.ts';
import { APPROVER, OFFBOARDING_ID, PLANE_ID, TIMES } from '../support/builders.ts';
import {
  certified,
  JOURNEYS,
  ledgerOf,
  purged,
  SCOPE_HASH,
  type Step,
} from '../support/ledgers.ts';

const ISSUED = new Date('2027-11-30T10:00:05.000Z');
const EVENT = { planeId: PLANE_ID, offboardingId: OFFBOARDING_ID, idempotencyKey: 'run-1/issue' };
const REF = 'b'.repeat(64);
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
let entries: readonly LedgerEntry[];

beforeEach(async () => {
  signer = signerOf();
  stored = new Map();
  recorded = [];
  entries = await ledgerOf(...JOURNEY);
});

function issue({ now = ISSUED, recorderFails = false } = {}) {
  return createIssueCertificate({
    ledger: { read: async () => entries },
    recorder: {
      async record(command) {
        recorded.push(command);
        if (recorderFails) throw new Error('throttled');
        const [entry] = entries;
        if (!entry) throw new Error('no ledger');
        return entry;
      },
    },
    signer,
    certificates: {
      read: async (planeId) => stored.get(planeId) ?? '',
      async writeOnce(planeId, jws) {
        if (stored.has(planeId)) return false;
        stored.set(planeId, jws);
        return true;
      },
    },
    tool: { name: 'knowledge-plane-offboarding', version: '0.1.0' },
    residualCopies: RESIDUAL_COPIES,
    now: () => now,
  })(EVENT);
}

async function verified() {
  const key = await importJWK(await signer.publicKey(), 'ES256');
  const { payload, protectedHeader } = await compactVerify(stored.get(PLANE_ID) ?? '', key);
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
          reason: 'nothing is needed any more',
          approvedAt: '2027-11-30T09:00:00.000Z',
        },
      ],
      ledger: { length: entries.length, headHash: entries.at(-1)?.hash },
    });
    expect(statement.residualCopies).toContainEqual({
      what: 'the registry record',
      kind: 'dynamodb-point-in-time-recovery',
      until: '2028-01-04T10:00:00.000Z',
    });
  });

  test('names no bucket, no table, no tenant and no document', async () => {
    await issue();
    const text = JSON.stringify((await verified()).statement);
    for (const name of ['documents', 'tenant-a', 'handbook', 'kp-1/'])
      expect(text).not.toContain(name);
  });

  test('does not verify when one character of it is changed', async () => {
    await issue();
    const jws = stored.get(PLANE_ID) ?? '';
    const middle = jws.indexOf('.') + 40;
    stored.set(
      PLANE_ID,
      `${jws.slice(0, middle)}${jws[middle] === 'A' ? 'B' : 'A'}${jws.slice(middle + 1)}`,
    );
    await expect(verified()).rejects.toMatchObject({
      code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
    });
  });

  test('is recorded by the hash of what is stored', async () => {
    const data = await issue();
    expect(data).toEqual({
      certificateHash: await sha256Hex(stored.get(PLANE_ID) ?? ''),
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
    const first = stored.get(PLANE_ID);
    const data = await issue({ now: new Date('2027-12-01T00:00:00.000Z') });
    expect(stored.get(PLANE_ID)).toBe(first);
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
