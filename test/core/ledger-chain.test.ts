import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { isOffboardingError } from '../../lambdas/core/errors.ts';
import { assertChain, type LedgerEntry, sealEntry } from '../../lambdas/core/ledger-entry.ts';
import { PLANE_ID } from '../support/builders.ts';
import { JOURNEYS, ledgerOf } from '../support/ledgers.ts';

let entries: readonly LedgerEntry[];

beforeAll(async () => {
  entries = await ledgerOf(...JOURNEYS.PURGED);
});

/** The first `seq` that the chain is said to break at, undefined when it holds. */
async function brokenAt(chain: readonly LedgerEntry[]): Promise<number | undefined> {
  try {
    await assertChain(chain);
    return undefined;
  } catch (error) {
    if (!isOffboardingError(error, 'LEDGER_CORRUPT')) throw error;
    return Number(/ledger entry (\d+) /.exec(error.message)?.[1]);
  }
}

function position() {
  return fc.nat({ max: entries.length - 1 });
}

describe('the hash chain', () => {
  it('holds for what the recorder writes, and for no entries at all', async () => {
    expect(entries).toHaveLength(8);
    expect(await brokenAt(entries)).toBeUndefined();
    expect(await brokenAt([])).toBeUndefined();
  });

  it('finds any single changed field, and names the entry', async () => {
    const fields = Object.keys(entries[0] ?? {}) as (keyof LedgerEntry)[];
    expect(fields).toHaveLength(13);
    await fc.assert(
      fc.asyncProperty(
        position(),
        fc.constantFrom(...fields),
        fc.jsonValue(),
        async (at, field, value) => {
          fc.pre(JSON.stringify(entries[at]?.[field]) !== JSON.stringify(value));
          const forged = entries.map((entry, index) =>
            index === at ? { ...entry, [field]: value } : entry,
          ) as LedgerEntry[];
          expect(await brokenAt(forged)).toBe(at + 1);
        },
      ),
    );
  });

  it('finds a changed value deep inside data', async () => {
    const forged = entries.map((entry) =>
      entry.to === 'ARCHIVED' && entry.type === 'TRANSITION'
        ? { ...entry, data: { ...entry.data, objectCount: 2 } }
        : entry,
    );
    expect(await brokenAt(forged)).toBe(4);
  });

  it('finds two entries that changed places', async () => {
    await fc.assert(
      fc.asyncProperty(position(), position(), async (a, b) => {
        fc.pre(a !== b);
        const swapped = [...entries];
        [swapped[a], swapped[b]] = [swapped[b], swapped[a]] as [LedgerEntry, LedgerEntry];
        expect(await brokenAt(swapped)).toBe(Math.min(a, b) + 1);
      }),
    );
  });

  it('finds a missing entry, unless it is the last: that one only the head hash elsewhere can miss', async () => {
    for (let at = 0; at < entries.length - 1; at += 1)
      expect(await brokenAt(entries.toSpliced(at, 1))).toBe(at + 1);
    expect(await brokenAt(entries.slice(0, -1))).toBeUndefined();
  });

  it('finds a repeated entry', async () => {
    await fc.assert(
      fc.asyncProperty(position(), position(), async (copied, at) => {
        const copy = entries[copied] as LedgerEntry;
        const found = await brokenAt(entries.toSpliced(at, 0, copy));
        expect(found).toBe(copied === at ? at + 2 : at + 1);
      }),
    );
  });

  it('finds an entry that was changed and sealed again, by the one that follows it', async () => {
    for (let at = 0; at < entries.length - 1; at += 1) {
      const { hash: _, ...rest } = entries[at] as LedgerEntry;
      const resealed = await sealEntry({ ...rest, reason: 'forged' });
      expect(await brokenAt(entries.with(at, resealed))).toBe(at + 2);
    }
  });

  it('finds an entry of another plane', async () => {
    const { hash: _, ...rest } = entries[2] as LedgerEntry;
    const foreign = await sealEntry({ ...rest, planeId: `${PLANE_ID}0` });
    expect(await brokenAt(entries.with(2, foreign))).toBe(3);
  });
});
