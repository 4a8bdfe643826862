import { Readable } from 'node:stream';
import { type AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { PartitionItem } from '../../lambdas/core/store-record.ts';
import { canonicalItem, hashItem } from '../../lambdas/stores/canonical-item.ts';

type Item = Record<string, AttributeValue>;

interface SentRequest {
  readonly body: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** What becomes of a call: `lose` does it and breaks the connection before its reply; a name is an error of that name. */
export type ItemFate = 'proceed' | 'lose' | { readonly refuse: string };

/** A table of one partition that knows nothing but GetItem and DeleteItem, for a real client with its own retries. */
export interface ItemsTable {
  readonly client: DynamoDBClient;
  /** What an inventory says of the items. */
  readonly records: readonly PartitionItem[];
  /** The items that are there, by their keys. */
  readonly items: Map<string, Item>;
}

/** @param fateOf decides about each call, and may do something to the table first */
export function itemsTable(
  count: number,
  fateOf: (action: 'GetItem' | 'DeleteItem', key: string) => ItemFate = () => 'proceed',
): ItemsTable {
  const items = new Map<string, Item>();
  for (let index = 0; index < count; index += 1) {
    const key = { plane: { S: 'kp-1' }, id: { S: String(index).padStart(6, '0') } };
    items.set(canonicalItem(key), { ...key, text: { S: `text ${index}` } });
  }
  const records = [...items].map(([key, item]): PartitionItem => {
    const json = canonicalItem(item);
    return { kind: 'item', key, size: json.length, sha256: hashItem(json) };
  });
  const answer = (action: string, key: string): object | string => {
    const item = items.get(key);
    if (action === 'GetItem') return item ? { Item: item } : {};
    if (action !== 'DeleteItem') throw new Error(`this table knows no ${action}`);
    // Every delete of the product has a condition on what the item holds.
    return items.delete(key) ? {} : 'ConditionalCheckFailedException';
  };
  const requestHandler = {
    async handle({ body, headers }: SentRequest) {
      const action = headers['x-amz-target']?.split('.').at(-1) ?? '';
      const { Key } = JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body));
      const key = canonicalItem(Key);
      const fate = fateOf(action as 'GetItem' | 'DeleteItem', key);
      if (typeof fate === 'object') return response({ __type: `x#${fate.refuse}` }, 400);
      const reply = answer(action, key);
      if (fate === 'lose') throw Object.assign(new Error('lost'), { code: 'ECONNRESET' });
      return typeof reply === 'string' ? response({ __type: `x#${reply}` }, 400) : response(reply);
    },
  };
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({
    region: 'us-east-1',
    credentials,
    maxAttempts: 8,
    requestHandler,
  });
  return { client, records, items };
}

function response(body: object, statusCode = 200) {
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return { response: { statusCode, headers, body: Readable.from([JSON.stringify(body)]) } };
}
