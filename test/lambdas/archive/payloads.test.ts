import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { expect, test } from 'vitest';
import { cutParts } from '../../../lambdas/archive/cut-parts.ts';
import { itemsPayload } from '../../../lambdas/archive/items-payload.ts';
import type { Take } from '../../../lambdas/archive/read-content.ts';
import { tarHeader } from '../../../lambdas/archive/tar-header.ts';
import { tarPayload } from '../../../lambdas/archive/tar-payload.ts';
import type { ContentPlace } from '../../../lambdas/core/archive-index.ts';

const LIMITS = { readsAtOnce: 3, readAheadBytes: 3000, uploadPartBytes: 1500, itemBlockBytes: 40 };

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/** Room with something in it. */
function dirty(bytes: number): Buffer {
  return Buffer.alloc(bytes, '#');
}

/** Gives a content in two pieces, the later member first. */
async function take(content: Buffer, member: number, take: Take): Promise<void> {
  for (let turn = 0; turn < 10 - member; turn += 1) await Promise.resolve();
  const half = content.length >> 1;
  take(content.subarray(0, half), 0);
  await Promise.resolve();
  take(content.subarray(half), half);
}

const CONTENTS = ['', 'a', 'b'.repeat(512), 'c'.repeat(513), 'd'.repeat(100_000)];

async function tar(contents: readonly string[]) {
  const places: ContentPlace[] = [];
  const members = contents.map((content, index) => ({
    member: index + 1,
    record: { size: content.length },
  }));
  const parts: Buffer[] = [];
  for await (const part of tarPayload(members, {
    payload: 'data/t.tar',
    read: ({ member }, to) => take(Buffer.from(contents[member - 1] ?? ''), member, to),
    placed: (member, place) => {
      places[member - 1] = place;
    },
    limits: LIMITS,
    bufferOf: dirty,
  }))
    parts.push(part);
  return { bytes: Buffer.concat(parts), places, parts };
}

test('each member of a tar is found at its place, under its SHA-256', async () => {
  const { bytes, places } = await tar(CONTENTS);
  const read = places.map(({ offset, length }) =>
    bytes.subarray(offset, offset + length).toString(),
  );
  expect(read).toEqual(CONTENTS);
  expect(places.map(({ sha256 }) => sha256)).toEqual(
    CONTENTS.map((content) => createHash('sha256').update(content).digest('hex')),
  );
});

test('any tar reader reads it: numbered names, fixed headers', async () => {
  const { bytes } = await tar(CONTENTS);
  const reader = extract();
  reader.end(bytes);
  const entries = [];
  for await (const entry of reader) {
    const { name, size, mtime, mode, uid, gid } = entry.header;
    entries.push([name, size, mtime?.getTime(), mode, uid, gid]);
    entry.resume();
  }
  expect(entries).toEqual([
    ['000001', 0, 0, 0o644, 0, 0],
    ['000002', 1, 0, 0o644, 0, 0],
    ['000003', 512, 0, 0o644, 0, 0],
    ['000004', 513, 0, 0o644, 0, 0],
    ['000005', 100_000, 0, 0o644, 0, 0],
  ]);
});

test('the same members are the same bytes', async () => {
  expect((await tar(CONTENTS)).bytes.equals((await tar(CONTENTS)).bytes)).toBe(true);
});

test.each([
  ['a'.repeat(101), 1],
  ['000001', 8 ** 11],
])('what no tar header can say is refused: %s of %d bytes', (name, size) => {
  expect(() => tarHeader(name, size)).toThrow(RangeError);
});

test('a tar comes in parts of one size, but the last', async () => {
  const { bytes, parts } = await tar(CONTENTS);
  const lengths = parts.map(({ length }) => length);
  expect(new Set(lengths.slice(0, -1))).toEqual(new Set([1500]));
  expect(lengths.at(-1)).toBe(bytes.length % 1500);
  expect(bytes.length % 512).toBe(0);
});

test('a member that cannot be read fails the payload', async () => {
  const members = [1, 2].map((member) => ({ member, record: { size: 1 } }));
  const read = async ({ member }: { member: number }, to: Take) => {
    if (member === 2) throw new Error('gone');
    to(Buffer.from('a'), 0);
  };
  const options = { payload: 'data/t.tar', read, placed: () => undefined, bufferOf: dirty };
  await expect(whole(tarPayload(members, { ...options, limits: LIMITS }))).rejects.toThrow('gone');
});

const ITEMS = Array.from({ length: 7 }, (_, index) => JSON.stringify({ n: { N: String(index) } }));

async function items(itemBlockBytes: number) {
  const places: ContentPlace[] = [];
  const packed = ITEMS.map((json, index) => ({
    member: index + 1,
    record: { kind: 'item' as const, key: '', size: json.length, sha256: `${index}` },
  }));
  const bytes = await whole(
    itemsPayload(packed, {
      payload: 'data/i.jsonl.gz',
      read: ({ member }, to) => take(Buffer.from(ITEMS[member - 1] ?? ''), member, to),
      placed: (member, place) => {
        places[member - 1] = place;
      },
      limits: { ...LIMITS, itemBlockBytes },
    }),
  );
  return { bytes, places };
}

test('items are one gzip file of DynamoDB JSON lines', async () => {
  const { bytes } = await items(40);
  expect(gunzipSync(bytes).toString()).toBe(ITEMS.map((json) => `{"Item":${json}}\n`).join(''));
  expect((await items(40)).bytes.equals(bytes)).toBe(true);
});

test('one item is read back by unpacking one block', async () => {
  const { bytes, places } = await items(40);
  const blocks = new Set(places.map(({ offset }) => offset));
  expect(blocks.size).toBe(4);
  const read = places.map(({ offset, length, gunzip }) =>
    gunzipSync(bytes.subarray(offset, offset + length))
      .subarray(gunzip?.offset, (gunzip?.offset ?? 0) + (gunzip?.length ?? 0))
      .toString(),
  );
  expect(read).toEqual(ITEMS);
});

test.each([
  ['many small chunks', ['ab', '', 'c', 'def', 'g'], ['abc', 'def', 'g']],
  ['a large one', ['abcdefg'], ['abc', 'def', 'g']],
  ['no remainder', ['abcd', 'ef'], ['abc', 'def']],
  ['nothing', [], []],
])('a stream is cut into parts of one size: %s', async (_, chunks, parts) => {
  const stream = (async function* () {
    yield* chunks.map((chunk) => Buffer.from(chunk));
  })();
  const cut: string[] = [];
  for await (const part of cutParts(stream, 3, (bytes) => dirty(bytes + 2)))
    cut.push(part.toString());
  expect(cut).toEqual(parts);
});
