import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { expect, test } from 'vitest';
import { itemsPayload } from '../../../lambdas/archive/items-payload.ts';
import { tarHeader } from '../../../lambdas/archive/tar-header.ts';
import { tarPayload } from '../../../lambdas/archive/tar-payload.ts';
import type { ContentPlace } from '../../../lambdas/core/archive-index.ts';

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values;
}

async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const CONTENTS = ['', 'a', 'b'.repeat(512), 'c'.repeat(513), 'd'.repeat(100_000)];

async function tar(contents: readonly string[]) {
  const places: ContentPlace[] = [];
  const members = contents.map((content, index) => ({
    member: index + 1,
    content: Buffer.from(content),
  }));
  const bytes = await whole(
    tarPayload(each(members), 'data/t.tar', (_, place) => places.push(place)),
  );
  return { bytes, places };
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

test('a member that cannot be read fails the payload', async () => {
  async function* failing() {
    yield { member: 1, content: Buffer.from('a') };
    throw new Error('gone');
  }
  await expect(whole(tarPayload(failing(), 'data/t.tar', () => undefined))).rejects.toThrow('gone');
});

const ITEMS = Array.from({ length: 7 }, (_, index) => JSON.stringify({ n: { N: String(index) } }));

async function items(blockBytes: number) {
  const places: ContentPlace[] = [];
  const packed = ITEMS.map((json, index) => ({
    member: index + 1,
    content: Buffer.from(json),
    record: { kind: 'item' as const, key: '', size: json.length, sha256: `${index}` },
  }));
  const bytes = await whole(
    itemsPayload(each(packed), 'data/i.jsonl.gz', blockBytes, (_, place) => places.push(place)),
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
