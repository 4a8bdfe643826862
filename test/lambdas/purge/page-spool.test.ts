import { expect, test } from 'vitest';
import type { StoreRecord } from '../../../lambdas/core/store-record.ts';
import { openPageSpool, type PageSpool } from '../../../lambdas/purge/page-spool.ts';

function page(...keys: readonly string[]): StoreRecord[] {
  return keys.map((key) => ({
    kind: 'delete-marker',
    key,
    versionId: `v ${key}`,
    isLatest: true,
    lastModified: '2027-03-01T10:00:00.000Z',
  }));
}

async function read(spool: PageSpool, part: number) {
  const pages: (readonly StoreRecord[])[] = [];
  const kept = spool.read(part);
  let next = await kept.next();
  for (; !next.done; next = await kept.next()) pages.push(next.value);
  return { pages, isWhole: next.value };
}

test('pages come back as they were written, each part by itself', async () => {
  await using spool = await openPageSpool();
  await spool.write(0, page('a', 'new\nline', '日本語😀'));
  await spool.write(1, page('x'));
  await spool.write(0, page('b'));
  spool.close(0);
  expect(await read(spool, 0)).toEqual({
    pages: [page('a', 'new\nline', '日本語😀'), page('b')],
    isWhole: true,
  });
  expect(await read(spool, 1)).toEqual({ pages: [page('x')], isWhole: false });
  expect(await read(spool, 2)).toEqual({ pages: [], isWhole: false });
});

test('from the first page that does not fit, no more is kept, and no part is whole', async () => {
  await using spool = await openPageSpool(300);
  const random = (count: number) =>
    page(...Array.from({ length: count }, (_, index) => `${Math.sin(index)}`));
  await spool.write(0, page('a'));
  spool.close(0);
  await spool.write(1, page('b'));
  await spool.write(1, random(50));
  await spool.write(1, page('c'));
  spool.close(1);
  expect(await read(spool, 0)).toEqual({ pages: [page('a')], isWhole: true });
  expect(await read(spool, 1)).toEqual({ pages: [page('b')], isWhole: false });
});
