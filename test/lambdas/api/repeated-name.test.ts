import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatedName } from '../../../lambdas/api/repeated-name.ts';

describe('a repeated name', () => {
  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{ "a" : 1 ,\n\t"b":2, "a"\r\n: 3 }', 'a'],
    ['[{"x":[{"a":{"b":1,"b":1}}]}]', 'b'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"":1,"":2}', ''],
    ['{"a\\"":1,"a\\"":2}', 'a"'],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}],"b":0}', 'b'],
  ])('is found in %s', (json, name) => {
    expect(repeatedName(json)).toBe(name);
  });

  it.each([
    '{}',
    '[]',
    'null',
    '"a"',
    '"a:a"',
    '["a","a"]',
    '{"a":"a","b":"a"}',
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
    '{"a":"\\"b\\":","b":"\\\\"}',
    '{"a":1,"A":2,"a ":3}',
  ])('is not in %s', (json) => {
    expect(repeatedName(json)).toBeUndefined();
  });

  it('is in nothing that was written by JSON.stringify', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
        expect(repeatedName(JSON.stringify(value, undefined, indent))).toBeUndefined();
      }),
      { seed: 20_261_122 },
    );
  });

  it('is found wherever an object gets a second one of any of its names', () => {
    const named = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue(), { minKeys: 1 });
    fc.assert(
      fc.property(named, fc.nat(), fc.jsonValue(), (object, pick, value) => {
        const names = Object.keys(object);
        const name = names[pick % names.length] ?? '';
        const json = JSON.stringify(object);
        const twice = `${json.slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(value)}}`;
        expect(repeatedName(`[${twice}]`)).toBe(name);
      }),
      { seed: 20_261_122 },
    );
  });

  it('is looked for in any depth', () => {
    const depth = 500_000;
    const deep = '{"a":['.repeat(depth) + ']}'.repeat(depth);
    expect(repeatedName(deep)).toBeUndefined();
  });
});
