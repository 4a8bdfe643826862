import { canonicalJson } from '../lambdas/core/canonical.ts';
import type { DynamodbPartitionStore, StoreDescriptor } from '../lambdas/core/plane.ts';
import { compareKeys } from '../lambdas/stores/listed-key.ts';
import { compareNumbers, isNumber } from './compare-numbers.ts';
import { quote } from './reporter.ts';

/** Which keys a store can have held, and in which order it was listed when it was archived. */
export interface KeyOrder {
  /** False for a key that nothing in this store can have had. */
  mayHold(key: string): boolean;
  /** The key as the index has it. Of an item, whoever names it may order and space the JSON otherwise. */
  indexed(key: string): string;
  /** Below 0 when `a` was listed before `b`. Both are keys that the store may hold. */
  compare(a: string, b: string): number;
  /** What it can hold, for whoever asked for something else. */
  readonly keys: string;
}

/**
 * S3 lists a bucket in the order of the keys' UTF-8 bytes; DynamoDB answers a query of one partition in the order of the
 * sort key: numbers by value, everything else by its bytes.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ListingKeysUsingAPIs.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
 */
export function keyOrder(store: StoreDescriptor): KeyOrder {
  return store.kind === 's3-prefix' ? prefixOrder(store.prefix) : partitionOrder(store);
}

function prefixOrder(prefix: string): KeyOrder {
  return {
    mayHold: (key) => key.startsWith(prefix),
    indexed: (key) => key,
    compare: compareKeys,
    keys: `documents that begin with ${quote(prefix)}`,
  };
}

function partitionOrder({ partitionKey: { name } }: DynamodbPartitionStore): KeyOrder {
  return {
    mayHold: (key) => sortValue(key, name) !== undefined,
    indexed: (key) => canonicalJson(JSON.parse(key)),
    compare: (a, b) => compareValues(sortValue(a, name), sortValue(b, name)),
    keys: `items by the DynamoDB JSON of their primary key, with ${quote(name)}`,
  };
}

const TYPES = ['none', 'S', 'N', 'B'] as const;

interface SortValue {
  readonly type: (typeof TYPES)[number];
  readonly value: string;
}

const NO_SORT_KEY: SortValue = { type: 'none', value: '' };

/** @returns undefined for what is no primary key of a table with this partition key */
function sortValue(key: string, partitionName: string): SortValue | undefined {
  const attributes = new Map(Object.entries(parseObject(key) ?? {}));
  if (!attributes.delete(partitionName) || attributes.size > 1) return undefined;
  const [sortKey] = attributes.values();
  if (sortKey === undefined) return NO_SORT_KEY;
  const [[type, value] = ['', ''], ...more] = Object.entries(sortKey ?? {});
  const known = TYPES.find((name) => name === type);
  if (known === undefined || typeof value !== 'string' || more.length > 0) return undefined;
  return known === 'N' && !isNumber(value) ? undefined : { type: known, value };
}

function parseObject(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    // Most keys are names of documents.
    return undefined;
  }
}

/** A table has sort keys of one type. That any two can be compared lets a search end for a key of another. */
function compareValues(a = NO_SORT_KEY, b = NO_SORT_KEY): number {
  if (a.type !== b.type) return TYPES.indexOf(a.type) - TYPES.indexOf(b.type);
  if (a.type === 'N') return compareNumbers(a.value, b.value);
  if (a.type === 'B')
    return Buffer.compare(Buffer.from(a.value, 'base64'), Buffer.from(b.value, 'base64'));
  return compareKeys(a.value, b.value);
}
