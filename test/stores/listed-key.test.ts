import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compareKeys,
  decodeListedKey,
  isUnfitForXml,
  markerBefore,
} from '../../lambdas/stores/listed-key.ts';

test.each([
  ['a+b', 'a b'],
  ['a%2Bb', 'a+b'],
  ['a%252Fb', 'a%2Fb'],
  ['a%0Ab', 'a\nb'],
  ['%C3%BC/%F0%9F%98%80', 'ü/😀'],
])('%s is decoded once, to %j', (listed, key) => {
  expect(decodeListedKey(listed)).toBe(key);
});

test('keys sort by their UTF-8 bytes, not by UTF-16 units', () => {
  expect(['\u{1F600}', '\uFF5E', 'b', 'a/'].sort(compareKeys)).toEqual([
    'a/',
    'b',
    '\uFF5E',
    '\u{1F600}',
  ]);
});

test('a marker lies before its key and behind every key that sorts before it and is no longer', () => {
  expect(markerBefore('kp-1/b')).toBe('kp-1/a\u{10FFFF}');
  expect(markerBefore('kp-1/\u0000')).toBe('kp-1/');
  expect(markerBefore('\uE000')).toBe('\uD7FF\u{10FFFF}');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (key) => {
      expect(compareKeys(markerBefore(key), key)).toBeLessThan(0);
      expect(Buffer.from(markerBefore(key)).toString()).toBe(markerBefore(key));
    }),
  );
});

test('a marker never grows beyond what S3 takes as a key', () => {
  const key = 'x'.repeat(1024);
  expect(Buffer.byteLength(markerBefore(key))).toBeLessThanOrEqual(1024);
  expect(compareKeys(markerBefore(key), key)).toBeLessThan(0);
});

test.each([
  ['kp-1/plain "quoted" <b>&.md', false],
  ['kp-1/ü😀', false],
  ['kp-1/line\nbreak', true],
  ['kp-1/return\r', true],
  ['kp-1/bell\u0007', true],
  ['kp-1/\uFFFF', true],
])('%j unfit for XML: %s', (key, unfit) => {
  expect(isUnfitForXml(key)).toBe(unfit);
});
