import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readContent } from '../../../lambdas/archive/read-content.ts';
import type { RecordReader } from '../../../lambdas/stores/record-reader.ts';
import { version } from '../../support/builders.ts';

const DESCRIPTOR = { kind: 's3-prefix', bucket: 'documents', prefix: 'kp-1/' } as const;

/** Answers with these replies, one after the other: chunks, and then perhaps an end in the middle. */
function readerOf(...replies: readonly (readonly (string | Error)[])[]): RecordReader {
  const open = replies[Symbol.iterator]();
  return {
    descriptor: DESCRIPTOR,
    open: async () => {
      const chunks = open.next().value ?? [];
      return {
        content: Readable.from(
          (function* () {
            for (const chunk of chunks) {
              if (chunk instanceof Error) throw chunk;
              yield Buffer.from(chunk);
            }
          })(),
        ),
        properties: { contentType: 'text/plain' },
      };
    },
  };
}

async function read(size: number, reader: RecordReader) {
  const content = Buffer.alloc(size + 4, '.');
  const properties = await readContent(reader, { ...version('kp-1/a'), size }, (bytes, offset) =>
    content.set(bytes, offset),
  );
  return { content: content.toString(), properties };
}

test('chunks go where they belong', async () => {
  expect(await read(6, readerOf(['ab', '', 'cde', 'f']))).toEqual({
    content: 'abcdef....',
    properties: { contentType: 'text/plain' },
  });
});

test('a reply that breaks off is asked for again, and written over', async () => {
  const broken = ['xyz', new Error('ECONNRESET')];
  expect((await read(6, readerOf(broken, broken, ['abc', 'def']))).content).toBe('abcdef....');
});

test('the third time it counts', async () => {
  const broken = ['abc', new Error('ECONNRESET')];
  await expect(read(6, readerOf(broken, broken, broken))).rejects.toThrow('ECONNRESET');
});

test.each([
  ['shorter', ['abc'], 'abc.......'],
  ['longer', ['abcd', 'efgh', 'ijkl'], 'abcd......'],
  ['longer by a chunk', ['abcdef', 'ghij'], 'abcdef....'],
])(
  'what is %s than it was has changed, and nothing is written behind its end',
  async (_, chunks, left) => {
    const content = Buffer.alloc(10, '.');
    const reading = readContent(
      readerOf(chunks),
      { ...version('kp-1/a'), size: 6 },
      (bytes, offset) => content.set(bytes, offset),
    );
    const error = await reading.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'SOURCE_CHANGED', details: { key: 'kp-1/a' } });
    expect(content.toString()).toBe(left);
  },
);
