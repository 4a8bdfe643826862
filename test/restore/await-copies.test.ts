import { expect, test } from 'vitest';
import { readableInTurn } from '../../restore/await-copies.ts';
import type { BagFiles } from '../../restore/bag-files.ts';
import { createReporter } from '../../restore/reporter.ts';

const START = Date.parse('2027-03-01T10:00:00.000Z');

test('while S3 is asked for many copies, it says every five seconds how far that is', async () => {
  let seconds = 0;
  const now = () => new Date(START + seconds * 1000);
  const files: BagFiles = {
    async *read() {},
    readStanding: async () => ({ state: 'archived', storageClass: 'DEEP_ARCHIVE', bytes: 1000 }),
    requestCopy: async () => {
      seconds += 1 / 150;
    },
  };
  const said: string[] = [];
  const turns = readableInTurn(
    {
      files,
      tier: 'Standard',
      days: 7,
      wait: false,
      now,
      pause: async () => {},
      freeBytes: async () => 0,
      reporter: createReporter((text) => said.push(text), now),
    },
    Array.from({ length: 2500 }, (_, n) => `data/shard-${10_000 + n}/objects.tar`),
  );
  expect(await turns.next()).toEqual({ done: true, value: 2500 });
  expect(said).toEqual([
    'asked S3 about 1000 of 2500 payload(s)\n',
    'asked S3 about 2000 of 2500 payload(s)\n',
    '2500 payload(s) of 2.5 MB lie in DEEP_ARCHIVE, where nothing can be read: asked S3 for copies (Standard, kept for 7 days), readable by about 2027-03-01 22:00 UTC at the latest\n',
  ]);
});
