import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { canonicalJson } from '../core/canonical.ts';

export type Item = Record<string, AttributeValue>;

/**
 * An item as DynamoDB JSON in one byte string per content: attribute names in RFC 8785 order, binary as base64, sets
 * sorted. Numbers stay the strings DynamoDB sends: 38 digits do not fit a JavaScript number.
 */
export function canonicalItem(item: Item): string {
  return canonicalJson(mapValues(item, toJson));
}

/** SHA-256 of an item's canonical JSON, in lower-case hex. */
export function hashItem(json: string): string {
  return createHash('sha256').update(json).digest('hex');
}

/** The item that `canonicalItem` wrote. */
export function parseCanonicalItem(json: string): Item {
  return mapValues(JSON.parse(json) as Record<string, JsonAttribute>, fromJson);
}

type JsonAttribute =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: true }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] }
  | { readonly L: readonly JsonAttribute[] }
  | { readonly M: Readonly<Record<string, JsonAttribute>> };

function toJson(value: AttributeValue): JsonAttribute {
  if (value.S !== undefined) return { S: value.S };
  if (value.N !== undefined) return { N: value.N };
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BOOL !== undefined) return { BOOL: value.BOOL };
  if (value.NULL !== undefined) return { NULL: true };
  if (value.SS !== undefined) return { SS: value.SS.toSorted() };
  if (value.NS !== undefined) return { NS: value.NS.toSorted() };
  if (value.BS !== undefined) return { BS: value.BS.map(base64).toSorted() };
  if (value.L !== undefined) return { L: value.L.map(toJson) };
  if (value.M !== undefined) return { M: mapValues(value.M, toJson) };
  throw new TypeError('DynamoDB sent an attribute of an unknown type');
}

function fromJson(value: JsonAttribute): AttributeValue {
  if ('B' in value) return { B: bytes(value.B) };
  if ('BS' in value) return { BS: value.BS.map(bytes) };
  if ('SS' in value) return { SS: [...value.SS] };
  if ('NS' in value) return { NS: [...value.NS] };
  if ('L' in value) return { L: value.L.map(fromJson) };
  if ('M' in value) return { M: mapValues(value.M, fromJson) };
  return value;
}

// `__proto__` is a legal attribute name: an object literal would swallow it, `fromEntries` keeps it as a property.
function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

function base64(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
}

function bytes(value: string): Uint8Array {
  return new Uint8Array(Buffer.from(value, 'base64'));
}
