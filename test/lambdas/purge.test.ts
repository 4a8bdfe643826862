import { beforeEach, describe, expect, test } from 'vitest';
import { hashOf } from '../../lambdas/core/canonical.ts';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import type { PlaneRecord, StoreDescriptor } from '../../lambdas/core/plane.ts';
import { scopeHash } from '../../lambdas/core/scope.ts';
import { measureScope } from '../../lambdas/purge/measure-scope.ts';
import { createPurge, type PurgePorts } from '../../lambdas/purge/purge.ts';
import type { PurgeState } from '../../lambdas/purge/purge-journal.ts';
import {
  APPROVER,
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  planeRecord,
  REQUESTER,
  TIMES,
} from '../support/builders.ts';
import {
  approvalRequested,
  approved,
  gatePassed,
  halted,
  holdPlaced,
  holdReleased,
  JOURNEYS,
  ledgerOf,
  type Step,
} from '../support/ledgers.ts';
import { type MemoryStore, memoryStore } from '../support/memory-store.ts';
import { NO_COPIES } from '../support/no-copies.ts';

const NOW = new Date(TIMES.purged);
const S3_STORE = { kind: 's3-prefix', bucket: 'documents', prefix: 'kp-1/' } as const;
const DB_STORE = {
  kind: 'dynamodb-partition',
  table: 'chunks',
  partitionKey: { name: 'pk', value: 'kp-1' },
} as const;
const TOKENS = { ...DB_STORE, kind: 'token-partition', table: 'tokens' } as const;
const ENDPOINT = { kind: 'query-endpoint', functionName: 'query-kp-1' } as const;
const PLANE = planeRecord({
  stores: [S3_STORE, DB_STORE],
  access: [TOKENS, ENDPOINT],
  lifecycleState: 'ARCHIVED',
});
const PARTS = ['bag', 's3-prefix', 'dynamodb-partition', 'token-partition', 'usage'] as const;
type Place = (typeof PARTS)[number];

/** Everything a purge touches, in memory. `fault` is called around every call that leaves the process. */
class World {
  readonly stores: Record<Place, MemoryStore>;
  readonly traces: string[] = [];
  journal: PurgeState = {};
  scrubbed = false;
  entries: readonly LedgerEntry[] = [];
  steps: Step[] = [];
  fault: (when: 'before' | 'after', call: string) => void = () => undefined;
  remainingMs = () => 900_000;

  constructor() {
    const at = (place: Place, descriptor: StoreDescriptor) =>
      memoryStore(descriptor, {
        before: (call) => this.fault('before', `${place} ${call}`),
        after: (call) => this.fault('after', `${place} ${call}`),
      });
    const partition = { ...DB_STORE, table: 'usage' };
    this.stores = {
      bag: at('bag', { ...S3_STORE, bucket: 'vault', prefix: `planes/${PLANE_ID}/` }),
      's3-prefix': at('s3-prefix', S3_STORE),
      'dynamodb-partition': at('dynamodb-partition', DB_STORE),
      'token-partition': at('token-partition', { ...DB_STORE, table: 'tokens' }),
      usage: at('usage', partition),
    };
    this.stores.bag.put('bag-1', 'bag-2', 'bag-3', 'bag-4', 'bag-5');
    this.stores['s3-prefix'].put('doc-1');
    this.stores['token-partition'].put('token-1', 'token-2', 'token-3');
    this.stores.usage.put('lease-1', 'lease-2');
  }

  get ports(): PurgePorts {
    const traced =
      (name: string, work: () => void = () => this.traces.push(name)) =>
      async () => {
        this.fault('before', name);
        work();
        this.fault('after', name);
      };
    return {
      storeFor: (descriptor) => {
        if (descriptor.kind === 's3-prefix')
          return this.stores[descriptor.bucket === 'vault' ? 'bag' : 's3-prefix'];
        if (descriptor.table === 'usage') return this.stores.usage;
        return this.stores[
          descriptor.table === 'tokens' ? 'token-partition' : 'dynamodb-partition'
        ];
      },
      vaultBucket: 'vault',
      usageTable: 'usage',
      ledger: { read: async () => this.entries },
      journal: {
        read: async () => structuredClone(this.journal),
        write: async (_, state) =>
          traced('journal', () => {
            this.journal = structuredClone(state);
          })(),
        scrub: traced('scrub', () => {
          this.scrubbed = true;
        }),
      },
      eraseDecision: traced('decision'),
      eraseSchedule: traced('schedule'),
      copies: NO_COPIES,
      releaseClaims: async (planeId, claimed) =>
        traced(`claims of ${planeId}: ${claimed.length}`)(),
    };
  }

  /** An approval of exactly what is there now, and the gate's consent. */
  async approve(requestedBy = [REQUESTER]): Promise<void> {
    const archived = await ledgerOf(...this.history());
    const measured = await measureScope(this.ports)(PLANE, foldLedger(archived));
    if (!('scope' in measured)) throw new Error('there was time enough');
    const { scope } = measured;
    const hash = await scopeHash(scope);
    await this.record(
      {
        ...approvalRequested,
        data: JSON.parse(
          JSON.stringify({
            scopeHash: hash,
            scope,
            requestedBy,
            expiresAt: TIMES.approvalExpires,
          }),
        ),
      },
      { ...approved, data: { scopeHash: hash } },
      gatePassed('PURGED'),
    );
  }

  private history(): readonly Step[] {
    return [...JOURNEYS.ARCHIVED, ...this.steps];
  }

  async record(...steps: readonly Step[]): Promise<void> {
    this.steps.push(...steps);
    this.entries = await ledgerOf(...this.history());
  }

  run(plane: PlaneRecord = PLANE) {
    return createPurge(this.ports).execute({
      planeId: PLANE_ID,
      offboardingId: OFFBOARDING_ID,
      request: offboardingRequest(),
      input: {},
      plane,
      ledger: foldLedger(this.entries),
      now: NOW,
      remainingMs: () => this.remainingMs(),
    });
  }

  get left(): number {
    return PARTS.reduce((sum, place) => sum + this.stores[place].records.size, 0);
  }
}

let world: World;
beforeEach(async () => {
  world = new World();
});

const part = async (kind: Place, found: number, changes: object = {}) => ({
  kind,
  ref: await hashOf(
    {
      bag: { kind: 's3-prefix', bucket: 'vault', prefix: `planes/${PLANE_ID}/` },
      's3-prefix': S3_STORE,
      'dynamodb-partition': DB_STORE,
      'token-partition': TOKENS,
      usage: {
        kind: 'dynamodb-partition',
        table: 'usage',
        partitionKey: { name: 'planeId', value: PLANE_ID },
      },
    }[kind],
  ),
  found,
  foundBytes: found * 10,
  destroyed: found,
  destroyedBytes: found * 10,
  alreadyAbsent: 0,
  ...changes,
});

describe('an approved purge', () => {
  test('destroys every part, counts each, and lists everything again', async () => {
    await world.approve();
    const result = await world.run();
    const parts = await Promise.all([
      part('bag', 5),
      part('s3-prefix', 1),
      part('dynamodb-partition', 0),
      part('token-partition', 3),
      part('usage', 2),
    ]);
    expect(result).toEqual({
      status: 'success',
      message:
        'destroyed 11 records of 110 bytes, 0 were already absent; a second listing found nothing',
      data: {
        purgedAt: TIMES.purged,
        recordsDeleted: 11,
        bytesDeleted: 110,
        alreadyAbsent: 0,
        uploadsAborted: 0,
        parts,
        residue: parts.map(({ kind, ref }) => ({ kind, ref, count: 0, bytes: 0 })),
        auditPreserved: true,
        approvedBy: APPROVER,
        approvalReason: 'nothing is needed any more',
        scopeHash: foldLedger(world.entries).approval?.scopeHash,
        manifestHash: 'a'.repeat(64),
        placeCopies: expect.any(Array),
      },
    });
    expect(world.left).toBe(0);
    expect(world.traces).toEqual(['decision', 'schedule', `claims of ${PLANE_ID}: 4`]);
    expect(world.scrubbed).toBe(true);
  });

  test('aborts uploads, and counts them', async () => {
    await world.approve();
    world.stores['s3-prefix'].uploads = 2;
    world.stores.bag.uploads = 1;
    expect(await world.run()).toMatchObject({ status: 'success', data: { uploadsAborted: 3 } });
  });

  test('run again, it destroys nothing and answers the same', async () => {
    await world.approve();
    const first = await world.run();
    // The claims are released: by now the place may be another plane's.
    world.stores['s3-prefix'].put('of another plane');
    const second = await world.run();
    expect(second).toMatchObject({ status: 'skipped' });
    expect('data' in second && second.data).toEqual('data' in first && first.data);
    expect(world.left).toBe(1);
  });
});

describe('before it destroys anything, it refuses', () => {
  test.each<[string, string, (world: World) => Promise<void>]>([
    ['no approval was asked for', 'PURGE_NOT_APPROVED', async (world) => world.record()],
    [
      'the gate has not spoken',
      'PURGE_NOT_APPROVED',
      async (world) => {
        await world.approve();
        world.entries = world.entries.slice(0, -1);
      },
    ],
    [
      'the approval is not there yet',
      'PURGE_NOT_APPROVED',
      async (world) => {
        await world.approve();
        world.entries = world.entries.slice(0, -2);
      },
    ],
    [
      'a hold came after the gate',
      'LEGAL_HOLD',
      async (world) => {
        await world.approve();
        await world.record(holdPlaced('case-1', TIMES.purged));
      },
    ],
    [
      'something was added',
      'SCOPE_CHANGED',
      async (world) => {
        await world.approve();
        world.stores['s3-prefix'].put('doc-2');
      },
    ],
    [
      'something is missing',
      'SCOPE_CHANGED',
      async (world) => {
        await world.approve();
        world.stores['token-partition'].records.delete('token-1');
      },
    ],
    [
      'something is there in the place of something else',
      'SCOPE_CHANGED',
      async (world) => {
        await world.approve();
        world.stores['token-partition'].records.delete('token-1');
        world.stores['token-partition'].put('token-4');
      },
    ],
    [
      'a lease is there in the place of another',
      'SCOPE_CHANGED',
      async (world) => {
        await world.approve();
        world.stores.usage.records.delete('lease-1');
        world.stores.usage.put('lease-3');
      },
    ],
    [
      'one part cannot be listed',
      'PURGE_INCOMPLETE',
      async (world) => {
        await world.approve();
        world.fault = (_, call) => {
          if (call === 'usage list') throw new Error('no');
        };
      },
    ],
  ])('%s: %s', async (_, code, arrange) => {
    await arrange(world);
    const before = world.left;
    expect(await world.run()).toMatchObject({ status: 'failure', errorCode: code });
    expect(world.left).toBe(before);
    expect(world.traces).toEqual([]);
  });

  test('another offboarding than the current one', async () => {
    await world.approve();
    const context = { ...contextOf(world), offboardingId: 'off_other' };
    expect(await createPurge(world.ports).execute(context)).toMatchObject({
      errorCode: 'OFFBOARDING_SUPERSEDED',
    });
    expect(world.left).toBe(11);
  });
});

test('expired leases that DynamoDB removed meanwhile are already absent, not a changed scope', async () => {
  await world.approve();
  world.stores.usage.records.delete('lease-1');
  expect(await world.run()).toMatchObject({
    status: 'success',
    data: { recordsDeleted: 10, bytesDeleted: 100, alreadyAbsent: 1 },
  });
});

describe('interrupted', () => {
  test('by the clock, it goes on where it stopped and counts the same', async () => {
    await world.approve();
    world.remainingMs = () => 59_000;
    const results = [];
    do results.push(await world.run());
    while (results.at(-1)?.status === 'pending' && results.length < 50);
    expect(results.length).toBeGreaterThan(3);
    expect(results.at(-1)).toMatchObject({
      status: 'success',
      data: { recordsDeleted: 11, bytesDeleted: 110, alreadyAbsent: 0 },
    });
  });

  test('by a hold, it stops within five seconds and finishes when the hold is released', async () => {
    await world.approve();
    let remaining = 900_000;
    world.remainingMs = () => {
      remaining -= 5_000;
      return remaining;
    };
    let removals = 0;
    const before = world.entries;
    world.fault = (when, call) => {
      if (when === 'after' && call === 'bag remove') removals += 1;
    };
    const withHold = await ledgerOf(
      ...JOURNEYS.ARCHIVED,
      ...world.steps,
      holdPlaced('case-1', TIMES.purged),
    );
    const ports = world.ports;
    const held: PurgePorts = {
      ...ports,
      ledger: { read: async () => (removals > 0 ? withHold : before) },
    };
    const context = { ...contextOf(world), remainingMs: world.remainingMs };
    expect(await createPurge(held).execute(context)).toMatchObject({
      status: 'failure',
      errorCode: 'LEGAL_HOLD',
    });
    expect(world.left).toBe(9);
    expect(world.journal.position).toBeUndefined();
    await world.record(holdPlaced('case-1', TIMES.purged), holdReleased('case-1', TIMES.purged));
    expect(await world.run()).toMatchObject({
      status: 'success',
      data: { recordsDeleted: 11, alreadyAbsent: 0 },
    });
  });

  test('by a hold between two parts, it destroys nothing of the second', async () => {
    await world.approve();
    const withHold = await ledgerOf(
      ...JOURNEYS.ARCHIVED,
      ...world.steps,
      holdPlaced('case-1', TIMES.purged),
    );
    let removals = 0;
    world.fault = (when, call) => {
      if (when === 'after' && call === 'bag remove') removals += 1;
      if (removals === 3) world.entries = withHold;
    };
    expect(await world.run()).toMatchObject({ errorCode: 'LEGAL_HOLD' });
    expect(world.left).toBe(6);
  });

  test('by the clock, and then by a hold, it lists everything again', async () => {
    await world.approve();
    world.remainingMs = () => 59_000;
    while (world.journal.position?.phase !== 'destroying') await world.run();
    world.remainingMs = () => 900_000;
    await world.record(holdPlaced('case-1', TIMES.purged), holdReleased('case-1', TIMES.purged));
    world.stores['s3-prefix'].put('doc-2');
    expect(await world.run()).toMatchObject({ errorCode: 'SCOPE_CHANGED' });
    expect(world.left).toBe(12);
  });

  test('by a hold, it needs the very records that were approved where nothing is destroyed yet', async () => {
    await world.approve();
    world.remainingMs = () => 59_000;
    while (world.journal.position?.phase !== 'destroying') await world.run();
    world.remainingMs = () => 900_000;
    await world.record(holdPlaced('case-1', TIMES.purged), holdReleased('case-1', TIMES.purged));
    world.stores['s3-prefix'].records.delete('doc-1');
    world.stores['s3-prefix'].put('doc-2');
    expect(await world.run()).toMatchObject({ errorCode: 'SCOPE_CHANGED' });
    expect([...world.stores['s3-prefix'].records.keys()]).toEqual(['doc-2']);
  });

  test('by the clock, it still destroys no more than was approved', async () => {
    await world.approve();
    world.remainingMs = () => 59_000;
    while (world.journal.position?.phase !== 'destroying') await world.run();
    world.remainingMs = () => 900_000;
    world.stores.bag.put('bag-6', 'bag-7');
    expect(await world.run()).toMatchObject({ errorCode: 'SCOPE_CHANGED' });
    expect(world.stores.bag.records.size).toBeGreaterThan(1);
  });

  // Calls are made one after the other, so that dying before a call is dying after the one before it.
  test.each([
    ['before or after any call', 900_000, ['before', 'after'], 30, 1],
    ['after any third call, at a page per invocation', 59_000, ['after'], 100, 3],
  ] as const)(
    'by a crash %s, it ends in the same place with the same counts',
    async (_, remainingMs, moments, atLeast, stride) => {
      const calls = await callsOfOnePurge(remainingMs);
      expect(calls).toBeGreaterThan(atLeast);
      for (let crashAt = 0; crashAt < calls; crashAt += stride)
        for (const when of moments) {
          world = new World();
          await world.approve();
          world.remainingMs = () => remainingMs;
          world.stores['s3-prefix'].uploads = 2;
          let call = -1;
          world.fault = (moment) => {
            if (moment === 'before') call += 1;
            if (moment === when && call === crashAt) throw new Crash();
          };
          let result = await runToTheEnd();
          if (result.status === 'failure') result = await runToTheEnd();
          expect(result, `crash ${when} call ${crashAt}`).toMatchObject({
            data: {
              recordsDeleted: 11,
              bytesDeleted: 110,
              alreadyAbsent: 0,
              uploadsAborted: 2,
              purgedAt: TIMES.purged,
            },
          });
          expect(world.left).toBe(0);
          expect(world.scrubbed).toBe(true);
          expect(world.traces.at(-1)).toBe(`claims of ${PLANE_ID}: 4`);
        }
    },
  );
});

test('what only Object Lock protects is a legal hold, by count', async () => {
  await world.approve();
  world.stores.bag.locked.add('bag-2').add('bag-3');
  world.stores.bag.refusal = 'ObjectLocked';
  expect(await world.run()).toMatchObject({
    errorCode: 'LEGAL_HOLD',
    message: '9 records are destroyed, left are bag 2, 2 of them under an object lock; 2 problems',
  });
});

describe('what it cannot destroy', () => {
  test('and only partly for a lock is PURGE_INCOMPLETE, with the number of those under a lock', async () => {
    await world.approve();
    world.stores.bag.locked.add('bag-2');
    world.stores.bag.refusal = 'ObjectLocked';
    world.stores.usage.locked.add('lease-1');
    expect(await world.run()).toMatchObject({
      errorCode: 'PURGE_INCOMPLETE',
      message:
        '9 records are destroyed, left are bag 1, usage 1, 1 of them under an object lock; 2 problems',
      errorDetails: { codes: { ObjectLocked: 1, AccessDenied: 1 } },
    });
  });

  test('is PURGE_INCOMPLETE with counts, and the next start finishes it', async () => {
    await world.approve();
    world.stores.bag.locked.add('bag-2').add('bag-3');
    const result = await world.run();
    expect(result).toMatchObject({
      status: 'failure',
      errorCode: 'PURGE_INCOMPLETE',
      message: '9 records are destroyed, left are bag 2; 2 problems',
    });
    expect(world.left).toBe(2);
    expect(world.scrubbed).toBe(false);
    world.stores.bag.locked.clear();
    expect(await world.run()).toMatchObject({
      status: 'success',
      data: { recordsDeleted: 11, alreadyAbsent: 0 },
    });
  });

  test('and somebody else removed meanwhile is counted apart', async () => {
    await world.approve();
    world.stores.bag.locked.add('bag-2').add('bag-3');
    await world.run();
    world.stores.bag.records.delete('bag-2');
    world.stores.bag.locked.clear();
    expect(await world.run()).toMatchObject({
      status: 'success',
      data: { recordsDeleted: 10, bytesDeleted: 100, alreadyAbsent: 1 },
    });
  });

  test('does not keep the other parts from being destroyed', async () => {
    await world.approve();
    world.fault = (when, call) => {
      if (when === 'before' && call === 'bag remove')
        throw Object.assign(new Error('gone'), { name: 'NoSuchBucket' });
    };
    expect(await world.run()).toMatchObject({
      errorCode: 'PURGE_INCOMPLETE',
      message: '6 records are destroyed, left are bag 5; 1 problems',
      errorDetails: { problems: [{ kind: 'bag', code: 'NoSuchBucket' }] },
    });
    expect(world.left).toBe(5);
  });

  test('is not taken for nothing when the second listing fails', async () => {
    await world.approve();
    let measured = 0;
    world.fault = (when, call) => {
      if (when === 'before' && call === 'usage count') {
        measured += 1;
        if (measured === 1) throw new Error('throttled');
      }
    };
    expect(await world.run()).toMatchObject({ errorCode: 'PURGE_INCOMPLETE' });
    expect(world.scrubbed).toBe(false);
    expect(await world.run()).toMatchObject({ status: 'success', data: { recordsDeleted: 11 } });
  });

  test('includes claims: nothing is destroyed again, and the next start releases them', async () => {
    await world.approve();
    world.fault = (_, call) => {
      if (call.startsWith('claims')) throw new Error('no');
    };
    expect(await world.run()).toMatchObject({
      errorCode: 'PURGE_INCOMPLETE',
      message: 'all records are destroyed; left are: claims',
    });
    world.fault = () => undefined;
    expect(await world.run()).toMatchObject({ status: 'skipped', data: { recordsDeleted: 11 } });
    expect(world.traces).toContain(`claims of ${PLANE_ID}: 4`);
  });
});

describe('a table that its owner deletes', () => {
  const gone = (place: Place, from: (call: string) => boolean) => {
    world.fault = (when, call) => {
      if (when === 'before' && call.startsWith(place) && from(call))
        throw Object.assign(new Error('gone'), { name: 'ResourceNotFoundException' });
    };
  };

  test('after the approval is a changed scope: nothing is destroyed', async () => {
    await world.approve();
    gone('token-partition', () => true);
    expect(await world.run()).toMatchObject({ errorCode: 'SCOPE_CHANGED' });
    expect(world.left).toBe(11);
    // The next approval is told, and holds.
    await world.record(halted('purge', 'SCOPE_CHANGED', TIMES.purged));
    await world.approve();
    const result = await world.run();
    expect(result).toMatchObject({ status: 'success', data: { recordsDeleted: 8 } });
    expect('data' in result && result.data).toMatchObject({
      residue: expect.arrayContaining([
        expect.objectContaining({ kind: 'token-partition', count: 0, placeAbsent: true }),
      ]),
    });
  });

  test('during the purge takes its records along: they are already absent', async () => {
    await world.approve();
    let isGone = false;
    gone('token-partition', (call) => {
      isGone ||= call.endsWith('remove');
      return isGone;
    });
    expect(await world.run()).toMatchObject({
      status: 'success',
      data: { recordsDeleted: 8, alreadyAbsent: 3 },
    });
  });

  test('is a problem when it is one of ours', async () => {
    await world.approve();
    gone('usage', () => true);
    expect(await world.run()).toMatchObject({
      errorCode: 'PURGE_INCOMPLETE',
      message: '1 of 5 parts could not be listed; nothing was destroyed',
    });
  });
});

describe('records that arrive while it destroys', () => {
  beforeEach(async () => {
    await world.approve();
    let removals = 0;
    world.fault = (when, call) => {
      if (when === 'after' && call === 'bag remove') {
        removals += 1;
        if (removals === 2) world.stores.bag.put('bag-7', 'bag-8', 'bag-9');
      }
    };
  });

  test('are not destroyed: nobody has approved it', async () => {
    expect(await world.run()).toMatchObject({ errorCode: 'SCOPE_CHANGED' });
    expect([...world.stores.bag.records.keys()]).toEqual(
      expect.arrayContaining(['bag-7', 'bag-8', 'bag-9']),
    );
  });

  test('are destroyed under an approval of their own, and all counts add up', async () => {
    await world.run();
    world.fault = () => undefined;
    await world.record(halted('purge', 'SCOPE_CHANGED', TIMES.purged));
    await world.approve();
    expect(await world.run()).toMatchObject({
      status: 'success',
      data: { recordsDeleted: 14, bytesDeleted: 140, alreadyAbsent: 0 },
    });
    expect(world.left).toBe(0);
  });
});

test('a ledger that has lost entries meanwhile is no success', async () => {
  await world.approve();
  const ports: PurgePorts = {
    ...world.ports,
    ledger: {
      // The schedule is erased after the last page; what is read then is the last look.
      read: async () =>
        world.traces.includes('schedule') ? world.entries.slice(0, -1) : world.entries,
    },
  };
  await expect(createPurge(ports).execute(contextOf(world))).rejects.toMatchObject({
    name: 'LEDGER_CORRUPT',
  });
  expect(world.journal.books?.result).toBeUndefined();
});

class Crash extends Error {}

function contextOf({ entries }: World) {
  return {
    planeId: PLANE_ID,
    offboardingId: OFFBOARDING_ID,
    request: offboardingRequest(),
    input: {},
    plane: PLANE,
    ledger: foldLedger(entries),
    now: NOW,
    remainingMs: () => 900_000,
  };
}

async function callsOfOnePurge(remainingMs: number): Promise<number> {
  const counting = new World();
  await counting.approve();
  counting.stores['s3-prefix'].uploads = 2;
  let calls = 0;
  counting.fault = (when) => {
    if (when === 'before') calls += 1;
  };
  counting.remainingMs = () => remainingMs;
  while ((await counting.run()).status === 'pending');
  return calls;
}

/** Calls again what is pending, and what has crashed. */
async function runToTheEnd() {
  for (;;) {
    try {
      const result = await world.run();
      if (result.status !== 'pending') return result;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
  }
}
