import { expect, test } from 'vitest';
import { bagInfoText, manifestText, parseManifest, totalBytes } from '../../lambdas/core/bag.ts';

const file = (path: string, bytes = 1) => ({
  path,
  bytes,
  sha256: path.length.toString(16).padStart(64, '0'),
});

test('a manifest lists each file once, sorted by path', () => {
  expect(manifestText([file('data/b'), file('data/a/1')])).toBe(
    `${'8'.padStart(64, '0')}  data/a/1\n${'6'.padStart(64, '0')}  data/b\n`,
  );
});

test('no files, an empty manifest', () => {
  expect(manifestText([])).toBe('');
});

test('a path that BagIt would have to encode is refused', () => {
  expect(() => manifestText([file('data/100%')])).toThrow(TypeError);
  expect(() => manifestText([file('data/a\nb')])).toThrow(TypeError);
});

test('bag-info holds ids, a date and sizes', () => {
  expect(
    bagInfoText({
      planeId: 'kp_1',
      offboardingId: 'off_1',
      baggingDate: '2026-11-29T11:00:00.000Z',
      payloadBytes: 1_449_000,
      payloadFiles: 3,
    }),
  ).toBe(
    [
      'Bag-Software-Agent: knowledge-plane-offboarding',
      'Bagging-Date: 2026-11-29',
      'Bag-Size: 1.4 MB',
      'External-Identifier: off_1',
      'Internal-Sender-Identifier: kp_1',
      'Payload-Oxum: 1449000.3',
      '',
    ].join('\n'),
  );
});

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 KB'],
  [5e15, '5000.0 TB'],
])('%d bytes are written as %s', (payloadBytes, size) => {
  const info = { planeId: 'p', offboardingId: 'o', baggingDate: '2026-01-01', payloadFiles: 0 };
  expect(bagInfoText({ ...info, payloadBytes })).toContain(`Bag-Size: ${size}\n`);
});

test('totals add up', () => {
  expect(totalBytes([file('a', 2), file('b', 3)])).toBe(5);
});

test('a manifest is read back as it was written, and anything else is refused', () => {
  const files = [file('data/b'), file('data/a/1')];
  expect(Object.fromEntries(parseManifest(manifestText(files)))).toEqual({
    'data/a/1': '8'.padStart(64, '0'),
    'data/b': '6'.padStart(64, '0'),
  });
  for (const text of ['data/b\n', `${'a'.repeat(63)}  data/b\n`, `${'a'.repeat(64)} data/b\n`])
    expect(() => parseManifest(text)).toThrow(TypeError);
});
