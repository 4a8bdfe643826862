import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { rawEcdsaSignature } from '../../lambdas/core/ecdsa-signature.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const integer = (hex: string) => `02${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
const sequence = (...parts: readonly string[]) => {
  const body = parts.join('');
  return bytes(`30${(body.length / 2).toString(16).padStart(2, '0')}${body}`);
};
const ones = '11'.repeat(32);

test.each([
  ['full integers', integer(ones), integer('22'.repeat(32)), ones + '22'.repeat(32)],
  ['a sign byte', integer(`00${'ff'.repeat(32)}`), integer(ones), 'ff'.repeat(32) + ones],
  ['short integers', integer('01'), integer('0102'), `${'00'.repeat(31)}01${'00'.repeat(30)}0102`],
])('%s become 32 bytes each', (_, r, s, raw) => {
  expect(Buffer.from(rawEcdsaSignature(sequence(r, s))).toString('hex')).toBe(raw);
});

test.each([
  ['nothing', bytes('')],
  ['another tag', bytes('310602010102010100')],
  ['a wrong length', bytes('30070201010201')],
  ['one integer', sequence(integer(ones))],
  ['a third integer', sequence(integer('01'), integer('01'), integer('01'))],
  ['an integer of 33 bytes', sequence(integer('11'.repeat(33)), integer('01'))],
  ['an empty integer', sequence(integer(''), integer('01'))],
])('refuses %s', (_, der) => {
  expect(() => rawEcdsaSignature(der)).toThrow(TypeError);
});

test('any signature verifies in its raw form too', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (let index = 0; index < 300; index += 1) {
    const message = createHash('sha256').update(`${index}`).digest();
    const raw = rawEcdsaSignature(sign('sha256', message, privateKey));
    expect(verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw)).toBe(
      true,
    );
  }
});
