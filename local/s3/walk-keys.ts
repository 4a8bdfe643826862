import type { SortedMap } from './sorted-map.ts';
import { compareUtf8 } from './utf8-order.ts';

export interface KeyRange {
  readonly prefix: string;
  /** Empty: no grouping. */
  readonly delimiter: string;
  /** Where an earlier page ended; empty to begin. A common prefix leaves its whole group behind. */
  readonly marker: string;
  /** Go on inside the versions of `marker` rather than after it. */
  readonly includeMarker: boolean;
}

export type Walked<Value> =
  | { readonly commonPrefix: string }
  | { readonly commonPrefix?: never; readonly key: string; readonly value: Value };

/**
 * Keys and common prefixes in order, from where an earlier page ended. A group costs one look-up, however many keys it
 * rolls up, as long as its first ones count.
 */
export function* walkKeys<Value>(
  keys: SortedMap<Value>,
  range: KeyRange,
  counts: (value: Value) => boolean,
): Generator<Walked<Value>, void> {
  let isBefore = startOf(range);
  for (;;) {
    let group: string | undefined;
    for (const [key, value] of keys.from(isBefore)) {
      if (!key.startsWith(range.prefix)) return;
      if (!counts(value)) continue;
      group = commonPrefixOf(key, range);
      if (group !== undefined) break;
      yield { key, value };
    }
    if (group === undefined) return;
    yield { commonPrefix: group };
    isBefore = afterGroup(group);
  }
}

function startOf(range: KeyRange): (key: string) => boolean {
  const { prefix, marker } = range;
  if (marker === '' || compareUtf8(marker, prefix) < 0) {
    return (key) => compareUtf8(key, prefix) < 0;
  }
  if (commonPrefixOf(marker, range) === marker) return afterGroup(marker);
  return range.includeMarker
    ? (key) => compareUtf8(key, marker) < 0
    : (key) => compareUtf8(key, marker) <= 0;
}

function afterGroup(group: string): (key: string) => boolean {
  return (key) => key.startsWith(group) || compareUtf8(key, group) < 0;
}

function commonPrefixOf(key: string, { prefix, delimiter }: KeyRange): string | undefined {
  if (delimiter === '' || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : key.slice(0, at + delimiter.length);
}
