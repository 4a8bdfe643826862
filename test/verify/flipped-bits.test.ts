import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyEvidence } from '../../verify/verify-evidence.ts';
import { issueEvidence, type WholeEvidence } from './evidence.ts';

const SEED = { seed: 20261122, numRuns: 400 };

let whole: WholeEvidence;
beforeAll(async () => {
  whole = await issueEvidence();
});

const failuresOf = (evidence: WholeEvidence) =>
  verifyEvidence(evidence).flatMap(({ outcome, text }) => (outcome === 'FAIL' ? [text] : []));

function flip(text: string, bit: number): string {
  const bytes = Buffer.from(text);
  const at = bit % (bytes.length * 8);
  const byte = Math.floor(at / 8);
  bytes.writeUInt8(bytes.readUInt8(byte) ^ (1 << (at % 8)), byte);
  return bytes.toString('utf8');
}

const bit = fc.nat({ max: 2 ** 24 });
const linesOf = (text: string) => text.split('\n');

/** Whichever bit of the file is flipped, a failure begins with its name. */
function expectEachFlipFound(file: 'certificate' | 'final' | 'keys' | 'ledger', name: RegExp) {
  fc.assert(
    fc.property(bit, (at) => {
      const failures = failuresOf({ ...whole, [file]: flip(whole[file], at) });
      expect(failures.some((text) => name.test(text))).toBe(true);
    }),
    SEED,
  );
}

/** Every leaf of a JSON value, and the value with another leaf in its place. */
function changes(value: unknown): unknown[] {
  if (Array.isArray(value))
    return value.flatMap((item, at) => changes(item).map((changed) => value.with(at, changed)));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, item]) =>
      changes(item).map((changed) => ({ ...value, [key]: changed })),
    );
  if (typeof value === 'string') return [value === '' ? 'x' : `${value.slice(0, -1)}~`];
  if (typeof value === 'number') return [value + 1];
  if (typeof value === 'boolean') return [!value];
  return ['something'];
}

it('finds nothing wrong with what nobody has touched', () => {
  expect(failuresOf(whole)).toEqual([]);
  expect(verifyEvidence(whole).map(({ outcome }) => outcome)).not.toContain('not checked');
});

describe('one flipped bit is found and named', () => {
  it('in the certificate: header, statement or signature', () => {
    expectEachFlipFound('certificate', /^certificate/);
  });

  it('in the final certificate', () => {
    expectEachFlipFound('final', /^final certificate/);
  });

  it('in the keys', () => {
    expectEachFlipFound('keys', /^keys?\b/);
  });

  it('in a checkpoint, by its file', () => {
    fc.assert(
      fc.property(fc.nat({ max: 3 }), bit, (index, at) => {
        const checkpoints = whole.checkpoints.map((file, place) =>
          place === index ? { ...file, text: flip(file.text, at) } : file,
        );
        const failures = failuresOf({ ...whole, checkpoints });
        expect(failures.some((text) => text.startsWith(`checkpoint 0000000${index + 1}.jws`))).toBe(
          true,
        );
      }),
      SEED,
    );
  });

  it('anywhere in the file of the ledger', () => {
    expectEachFlipFound('ledger', /^ledger/);
  });
});

describe('a changed ledger is found, by the entry', () => {
  it('in every field of every entry', () => {
    const lines = linesOf(whole.ledger);
    let tried = 0;
    for (const [index, line] of lines.entries())
      for (const changed of changes(JSON.parse(line))) {
        const ledger = lines.with(index, JSON.stringify(changed)).join('\n');
        const failures = failuresOf({ ...whole, ledger });
        expect(
          failures.some((text) => text.startsWith(`ledger entry ${index + 1}:`)),
          JSON.stringify(changed),
        ).toBe(true);
        tried += 1;
      }
    expect(tried).toBeGreaterThan(150);
  });

  it('when two are swapped', () => {
    const lines = linesOf(whole.ledger);
    for (let index = 0; index < lines.length - 1; index += 1) {
      const [one = '', other = ''] = lines.slice(index);
      const ledger = lines
        .with(index, other)
        .with(index + 1, one)
        .join('\n');
      expect(failuresOf({ ...whole, ledger }).join('\n')).toContain(
        `ledger entry ${index + 1}: is missing or out of order: entry ${index + 2} stands in its place`,
      );
    }
  });

  it('when one is missing, the last included', () => {
    const lines = linesOf(whole.ledger);
    for (const index of lines.keys()) {
      const ledger = lines.toSpliced(index, 1).join('\n');
      expect(failuresOf({ ...whole, ledger }).join('\n')).toMatch(
        new RegExp(`ledger entry ${index + 1}(:| is missing)`),
      );
    }
  });
});

describe('a changed chain of checkpoints is found, by the file', () => {
  it('when one is missing, but for the last', () => {
    for (const index of [0, 1, 2])
      expect(
        failuresOf({ ...whole, checkpoints: whole.checkpoints.toSpliced(index, 1) }),
      ).toContain(`checkpoint 0000000${index + 1}.jws: is missing`);
  });

  it('when two are swapped', () => {
    for (const index of [0, 1, 2]) {
      const [one, other] = whole.checkpoints.slice(index);
      if (!one || !other) throw new Error('there are four');
      const checkpoints = whole.checkpoints
        .with(index, { name: one.name, text: other.text })
        .with(index + 1, { name: other.name, text: one.text });
      expect(failuresOf({ ...whole, checkpoints })).toContain(
        `checkpoint ${one.name}: says that it is number ${index + 2}`,
      );
    }
  });
});
