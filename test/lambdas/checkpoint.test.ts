import { compactVerify, importJWK } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { createCheckpoint } from '../../lambdas/checkpoint/checkpoint.ts';
import type { CheckpointArchive } from '../../lambdas/checkpoint/ports.ts';
import { sha256Hex } from '../../lambdas/core/canonical.ts';
import { GENESIS_HASH } from '../../lambdas/core/ledger-entry.ts';
import { newSigner } from '../verify/evidence.ts';

const AT = '2026-11-22T03:00:00.000Z';
const hash = (letter: string) => letter.repeat(64);

let signer = newSigner();
let stored: Map<number, string>;
/** The hashes of each plane's entries, first to last. */
let ledgers: Map<string, string[]>;
/** The pages of the registry. */
let registry: string[][];
let archive: CheckpointArchive;
/** Keys that something was laid over. */
let tampered: string[];

beforeEach(() => {
  signer = newSigner();
  stored = new Map();
  ledgers = new Map([
    ['kp-1', [hash('a'), hash('b')]],
    ['kp-2', [hash('c')]],
  ]);
  registry = [['kp-2'], ['kp-1', 'kp-0']];
  tampered = [];
  archive = {
    async read() {
      const number = Math.max(0, ...stored.keys());
      const jws = stored.get(number);
      return { last: jws === undefined ? undefined : { number, jws }, tampered };
    },
    async writeOnce(number, jws) {
      if (stored.has(number)) return false;
      stored.set(number, jws);
      return true;
    },
  };
});

function checkpoint(checkpoints = archive) {
  return createCheckpoint({
    planes: {
      async *pages() {
        yield* registry;
      },
    },
    heads: {
      async head(planeId) {
        const entries = ledgers.get(planeId) ?? [];
        return { planeId, length: entries.length, headHash: entries.at(-1) ?? GENESIS_HASH };
      },
      hashAt: async (planeId, seq) => ledgers.get(planeId)?.[seq - 1],
    },
    checkpoints,
    signer,
    now: () => new Date(AT),
  })();
}

async function statement(number: number) {
  const key = await importJWK(await signer.publicKey(), 'ES256');
  const { payload, protectedHeader } = await compactVerify(stored.get(number) ?? '', key);
  return { ...JSON.parse(new TextDecoder().decode(payload)), typ: protectedHeader.typ };
}

describe('a checkpoint', () => {
  it('says how long every ledger is and how it ends, planes that never left ACTIVE included', async () => {
    expect(await checkpoint()).toEqual({ number: 1, planes: 3, entries: 3 });
    expect(await statement(1)).toEqual({
      typ: 'ledger-checkpoint+json',
      type: 'ledger-checkpoint',
      number: 1,
      previous: null,
      at: AT,
      planes: [
        { planeId: 'kp-0', length: 0, headHash: GENESIS_HASH },
        { planeId: 'kp-1', length: 2, headHash: hash('b') },
        { planeId: 'kp-2', length: 1, headHash: hash('c') },
      ],
      totals: { planes: 3, entries: 3 },
      contradictions: [],
    });
  });

  it('names the one before it by its hash', async () => {
    await checkpoint();
    ledgers.set('kp-2', [hash('c'), hash('d')]);
    await checkpoint();
    expect(await statement(2)).toMatchObject({
      number: 2,
      previous: await sha256Hex(stored.get(1) ?? ''),
      totals: { planes: 3, entries: 4 },
    });
  });

  it('is written after the other when two are written at once: one chain', async () => {
    await checkpoint();
    const racing = await Promise.all([checkpoint(), checkpoint(), checkpoint()]);
    expect(racing.map(({ number }) => number).sort()).toEqual([2, 3, 4]);
    for (const number of [2, 3, 4])
      expect((await statement(number)).previous).toBe(
        await sha256Hex(stored.get(number - 1) ?? ''),
      );
  });

  it('gives up when somebody else is always faster', async () => {
    const losing = { ...archive, writeOnce: async () => false };
    await expect(checkpoint(losing)).rejects.toMatchObject({ name: 'LEDGER_CONTENTION' });
  });

  it('follows nothing that our key has not signed', async () => {
    await checkpoint();
    signer = newSigner();
    await expect(checkpoint()).rejects.toMatchObject({
      name: 'LEDGER_CORRUPT',
      message: 'checkpoint 1 is not signed by our key',
    });
    expect(stored.size).toBe(1);
  });

  it('follows nothing that stands in the wrong place', async () => {
    await checkpoint();
    stored.set(2, stored.get(1) ?? '');
    await expect(checkpoint()).rejects.toMatchObject({
      name: 'LEDGER_CORRUPT',
      message: 'checkpoint 2 says that it is number 1',
    });
  });
});

describe('a ledger that was rewritten', () => {
  it.each([
    ['is shorter', 'kp-1', [hash('a')], { length: 1, hash: null }],
    ['has another head', 'kp-1', [hash('a'), hash('x')], { length: 2, hash: hash('x') }],
    [
      'has grown from another head',
      'kp-1',
      [hash('a'), hash('x'), hash('y')],
      { length: 3, hash: hash('x') },
    ],
    ['is gone', 'kp-1', [], { length: 0, hash: null }],
  ])(
    'because it %s fails loudly, and is confirmed by no checkpoint',
    async (_, planeId, now, found) => {
      await checkpoint();
      ledgers.set(planeId, now);
      await expect(checkpoint()).rejects.toMatchObject({
        name: 'LEDGER_CORRUPT',
        message:
          '1 ledgers contradict the checkpoint before, see contradictions of checkpoint 2: kp-1',
      });
      const expected = { length: 2, headHash: hash('b') };
      expect(await statement(2)).toMatchObject({
        planes: [{ planeId: 'kp-0' }, { planeId, ...expected }, { planeId: 'kp-2' }],
        contradictions: [{ planeId, expected, found }],
      });
      // And the next one as well, until the ledger is again what it was.
      await expect(checkpoint()).rejects.toMatchObject({ name: 'LEDGER_CORRUPT' });
      ledgers.set(planeId, [hash('a'), hash('b'), hash('e')]);
      expect(await checkpoint()).toEqual({ number: 4, planes: 3, entries: 4 });
      expect((await statement(4)).contradictions).toEqual([]);
    },
  );

  it('is noticed when its plane has vanished from the registry, too', async () => {
    await checkpoint();
    registry = [['kp-0', 'kp-1']];
    ledgers.delete('kp-2');
    await expect(checkpoint()).rejects.toMatchObject({ name: 'LEDGER_CORRUPT' });
    expect(await statement(2)).toMatchObject({
      contradictions: [{ planeId: 'kp-2', found: { length: 0, hash: null } }],
    });
  });
});

describe('a checkpoint that something was laid over', () => {
  it('fails every one after it, and stops none: the chain goes on from what lies under it', async () => {
    await checkpoint();
    tampered = ['checkpoints/00000001.jws'];
    for (const number of [2, 3]) {
      await expect(checkpoint()).rejects.toMatchObject({
        name: 'LEDGER_CORRUPT',
        message:
          '1 checkpoints have a delete marker or a second version laid over them: checkpoints/00000001.jws',
        details: { number, contradictions: [], tampered },
      });
      expect((await statement(number)).previous).toBe(
        await sha256Hex(stored.get(number - 1) ?? ''),
      );
    }
  });

  it('is told beside a ledger that was rewritten', async () => {
    await checkpoint();
    tampered = ['checkpoints/00000001.jws'];
    ledgers.set('kp-1', [hash('a')]);
    await expect(checkpoint()).rejects.toMatchObject({
      name: 'LEDGER_CORRUPT',
      message: expect.stringMatching(/checkpoint 2: kp-1; 1 checkpoints have a delete marker/),
    });
  });
});
