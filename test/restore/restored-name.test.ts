import { resolve, sep } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itemsFile, restoredFile } from '../../restore/restored-name.ts';
import { version } from '../support/builders.ts';

test.each([
  ['kp-1/guides/read me.md', 'store-0/kp-1/guides/read%20me~#.md'],
  ['kp-1/../../etc/passwd', 'store-0/kp-1/%2E%2E/%2E%2E/etc/passwd~#'],
  ['/etc/passwd', 'store-0/%/etc/passwd~#'],
  ['kp-1/folder/', 'store-0/kp-1/folder/~#'],
  ['kp-1/.env', 'store-0/kp-1/~#.env'],
  ['kp-1/end.', 'store-0/kp-1/end%2E~#'],
  ['kp-1/..', 'store-0/kp-1/%2E%2E~#'],
  ['kp-1/%2F', 'store-0/kp-1/%252F~#'],
  ['kp-1/a~b', 'store-0/kp-1/a%7Eb~#'],
  ['kp-1/CON/x', 'store-0/kp-1/%CON/x~#'],
  ['kp-1/a\\b\n"c"', 'store-0/kp-1/a%5Cb%0A%22c%22~#'],
  ['kp-1/ü.md', 'store-0/kp-1/%C3%BC~#.md'],
  [`kp-1/${'x'.repeat(1019)}`, `store-0/kp-1/${'x'.repeat(80)}~#`],
  ['a/b/c/d/e/f/g/h/i/j/k', 'store-0/a/b/c/d/e/f/g/h/k~#'],
])('%j is restored to a name that any file system takes', (key, expected) => {
  expect(restoredFile(0, version(key)).replace(/[0-9a-f]{32}/, '#')).toBe(expected);
});

test('what a file system may take for the same is told apart', () => {
  const names = [
    restoredFile(0, version('kp-1/readme.md')),
    restoredFile(0, version('kp-1/README.md')),
    restoredFile(0, version('kp-1/readme.md', 'v2')),
    restoredFile(1, version('kp-1/readme.md')),
    restoredFile(0, version('kp-1/\u00fc.md')),
    restoredFile(0, version('kp-1/u\u0308.md')),
    restoredFile(0, version(`kp-1/${'x'.repeat(90)}1`)),
    restoredFile(0, version(`kp-1/${'x'.repeat(90)}2`)),
  ];
  expect(new Set(names.map((name) => name.normalize('NFC').toLowerCase())).size).toBe(8);
});

test('no key leaves the folder, hides, or takes the place of another', () => {
  const key = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc
      .array(fc.constantFrom('..', '.', '', 'a', 'A', '~', '%2e', 'con', '\\', 'a.md'), {
        maxLength: 12,
      })
      .map((segments) => segments.join('/')),
  );
  fc.assert(
    fc.property(fc.uniqueArray(key, { maxLength: 20 }), (keys) => {
      const names = keys.map((each) => restoredFile(0, version(each)));
      for (const name of names) {
        expect(resolve('/to', name).startsWith(`/to${sep}store-0${sep}`)).toBe(true);
        expect(name).toMatch(/^[\w%~./-]+$/);
        for (const segment of name.split('/')) {
          expect(segment).not.toBe('');
          expect(segment.length).toBeLessThan(140);
        }
        const folders = name.split('/').slice(0, -1);
        expect(folders.join('/')).not.toContain('~');
      }
      expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(keys.length);
    }),
  );
});

test('an item has one name of its own, and its payload one for all', () => {
  const item = {
    kind: 'item',
    key: '{"chunk":{"S":"a/b"}}',
    size: 2,
    sha256: 'a'.repeat(64),
  } as const;
  expect(restoredFile(1, item).replace(/[0-9a-f]{32}/, '#')).toBe(
    'store-1/%7B%22chunk%22%3A%7B%22S%22%3A%22a%2Fb%22%7D%7D~#.json',
  );
  expect(itemsFile(1, 'data/shard-00003/items.jsonl.gz')).toBe('store-1/items-00003.jsonl');
});
