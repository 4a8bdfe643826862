import { expect, test } from 'vitest';
import type {
  AccessPoint,
  ClosingReport,
  ClosureProof,
} from '../../lambdas/access/access-point.ts';
import { hashOf } from '../../lambdas/core/canonical.ts';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import type { AccessPointDescriptor } from '../../lambdas/core/plane.ts';
import { createDeactivate } from '../../lambdas/deactivate/deactivate.ts';
import type { Lease } from '../../lambdas/ports.ts';
import {
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
  TIMES,
} from '../support/builders.ts';
import { fakeUsage, lease } from '../support/fake-usage.ts';
import { deregistered, gatePassed, holdPlaced, ledgerOf } from '../support/ledgers.ts';
import { memoryStore } from '../support/memory-store.ts';

const NOW = new Date('2026-11-29T10:00:00.000Z');
const STORE = { kind: 's3-prefix', bucket: 'documents', prefix: 'kp-1/' } as const;
const ENDPOINT = { kind: 'query-endpoint', functionName: 'query-kp-1' } as const;
const GONE = { kind: 'query-endpoint', functionName: 'query-gone' } as const;
const TOKENS = {
  kind: 'token-partition',
  table: 'tokens',
  partitionKey: { name: 'pk', value: 'kp-1' },
} as const;

type Close = () => ClosingReport;
type Prove = () => ClosureProof;
const fail = (name: string) => (): never => {
  throw Object.assign(new Error('no'), { name });
};

interface Scene {
  readonly tokens?: { close?: Close; prove?: Prove };
  readonly endpoint?: { close?: Close; prove?: Prove };
  readonly committed?: boolean;
  readonly onClose?: (keys: Map<string, unknown>) => void;
  /** A hold is placed once this access point is closed. */
  readonly heldAfter?: string;
  readonly leases?: readonly Lease[];
}

async function deactivate(scene: Scene = {}) {
  const { tokens, endpoint, committed = true, onClose, heldAfter, leases = [] } = scene;
  const store = memoryStore(STORE);
  store.put('a', 'b', 'c');
  const calls: string[] = [];
  const steps = [deregistered(), ...(committed ? [gatePassed('DEACTIVATED')] : [])];
  const entries = await ledgerOf(...steps);
  const held = (await ledgerOf(...steps, holdPlaced('case-1', TIMES.graceEnd))).slice(steps.length);
  let ledger = entries;
  const point = (descriptor: AccessPointDescriptor): AccessPoint => {
    const isTokens = descriptor.kind === 'token-partition';
    const name = isTokens ? 'tokens' : descriptor.functionName;
    const behaviour = (isTokens ? tokens : name === 'query-kp-1' ? endpoint : undefined) ?? {};
    const nothing = { closed: 0, alreadyClosed: 0, alreadyAbsent: 0 };
    const byDefault: ClosingReport = isTokens
      ? { ...nothing, closed: 2, alreadyClosed: 1 }
      : name === 'query-gone'
        ? { ...nothing, alreadyAbsent: 1 }
        : { ...nothing, closed: 1, reservedConcurrencyBefore: 25 };
    return {
      descriptor,
      async close(_now, mayGoOn) {
        await mayGoOn();
        calls.push(`close ${name}`);
        if (heldAfter === name) ledger = [...entries, ...held];
        onClose?.(store.records);
        return behaviour.close?.() ?? byDefault;
      },
      async proveClosed() {
        calls.push(`prove ${name}`);
        return behaviour.prove?.() ?? { refused: true, observed: 'refused' };
      },
    };
  };
  let remainingMs = 900_000;
  const result = await createDeactivate({
    ledger: { read: async () => ledger },
    usage: fakeUsage(leases),
    accessPointFor: point,
    storeFor: () => store,
  }).execute({
    planeId: PLANE_ID,
    offboardingId: OFFBOARDING_ID,
    request: offboardingRequest(),
    input: {},
    plane: planeRecord({ stores: [STORE], access: [ENDPOINT, GONE, TOKENS] }),
    ledger: foldLedger(entries),
    now: NOW,
    // Each look at the clock is five seconds later, so each question goes to the ledger.
    remainingMs: () => {
      remainingMs -= 5_000;
      return remainingMs;
    },
  });
  return { result, calls, store };
}

test('revokes tokens, then disables endpoints, then proves it, and reports what it counted', async () => {
  const { result, calls, store } = await deactivate();
  expect(result).toEqual({
    status: 'success',
    message: '2 token(s) revoked, 2 endpoint(s) refuse queries',
    data: {
      deactivatedAt: '2026-11-29T10:00:00.000Z',
      endpointDisabled: true,
      endpointCount: 2,
      endpointsAlreadyAbsent: 1,
      endpoints: [
        { ref: await hashOf(ENDPOINT), reservedConcurrencyBefore: 25 },
        { ref: await hashOf(GONE), reservedConcurrencyBefore: null },
      ],
      tokensRevoked: 2,
      tokensAlreadyRevoked: 1,
      dataPreserved: true,
    },
  });
  expect(calls).toEqual([
    'close tokens',
    'close query-kp-1',
    'close query-gone',
    'prove tokens',
    'prove query-kp-1',
    'prove query-gone',
  ]);
  expect(store.records.size).toBe(3);
});

test('does nothing before the policy gate has spoken', async () => {
  const { result, calls } = await deactivate({ committed: false });
  expect(result).toMatchObject({
    status: 'failure',
    errorCode: 'DEACTIVATION_FAILED',
    message: 'the policy gate has not allowed DEACTIVATED',
  });
  expect(calls).toEqual([]);
});

test.each<[string, Scene, string]>([
  [
    'tokens that cannot be revoked',
    { tokens: { close: fail('AccessDeniedException') } },
    '0 of 3 access points still let queries in, 1 calls failed, 0 tokens were revoked',
  ],
  [
    'a token that is still valid',
    { tokens: { prove: () => ({ refused: false, observed: '1 tokens not revoked' }) } },
    '1 of 3 access points still let queries in, 0 calls failed, 2 tokens were revoked',
  ],
  [
    'an endpoint that still answers',
    { endpoint: { prove: () => ({ refused: false, observed: 'invocation accepted' }) } },
    '1 of 3 access points still let queries in, 0 calls failed, 2 tokens were revoked',
  ],
  [
    'an endpoint that cannot be asked',
    { endpoint: { close: fail('Throttled'), prove: fail('Throttled') } },
    '0 of 3 access points still let queries in, 2 calls failed, 2 tokens were revoked',
  ],
])('fails for %s, and skips none of the others', async (_, scene, message) => {
  const { result, calls } = await deactivate(scene);
  expect(result).toMatchObject({ status: 'failure', errorCode: 'DEACTIVATION_FAILED', message });
  expect(calls).toHaveLength(6);
});

test('data that vanishes meanwhile is not called preserved', async () => {
  const { result } = await deactivate({ onClose: (records) => records.delete('b') });
  expect(result).toMatchObject({ status: 'success', data: { dataPreserved: false } });
});

test('data that arrives meanwhile is no loss', async () => {
  const { result } = await deactivate({
    onClose: (records) => records.set('0', { kind: 'item', key: '0', size: 10, sha256: 'of 0' }),
  });
  expect(result).toMatchObject({ status: 'success', data: { dataPreserved: true } });
});

test('a hold that is placed after the tokens leaves the endpoints open, and tries nothing', async () => {
  const { result, calls } = await deactivate({ heldAfter: 'tokens' });
  expect(result).toEqual({
    status: 'failure',
    errorCode: 'LEGAL_HOLD',
    message: '1 legal hold(s) are in force',
    errorDetails: {},
  });
  expect(calls).toEqual(['close tokens']);
});

test('a lease that was granted behind the back of the verification is waited for', async () => {
  const { result, calls } = await deactivate({ leases: [lease()] });
  expect(result).toEqual({
    status: 'failure',
    errorCode: 'ACTIVE_USAGE',
    message: '1 lease(s) are still held',
    errorDetails: { leaseIds: ['run-1'] },
  });
  expect(calls).toEqual([]);
});
