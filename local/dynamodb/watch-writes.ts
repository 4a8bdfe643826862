import { type AttributeValue, type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { AttributeMap, OperationInput } from './operation-input.ts';
import { createStream, type StreamRecord } from './stream.ts';

const WRITES: ReadonlySet<string> = new Set([
  'BatchWriteItem',
  'DeleteItem',
  'PutItem',
  'UpdateItem',
]);

export interface StreamOptions {
  readonly now: () => Date;
  /** Marks the time between a write and its record as work in progress, so that the clock waits for it. */
  readonly begin: () => () => void;
  readonly onRecord: (record: StreamRecord) => void;
}

export interface WatchedTable {
  readonly keyNames: readonly string[];
  readonly stream: ReturnType<typeof createStream>;
}

/**
 * Makes stream records out of writes, for an engine that has no streams: it reads what a write is about before and after.
 * Writes to a table with a stream are made one after the other, so that no other write comes between those reads. What
 * changes the table without passing here, the expiry of items by TTL for one, leaves no record.
 */
export function watchWrites(client: DynamoDBClient, { now, begin, onRecord }: StreamOptions) {
  const watched = new Map<string, WatchedTable>();
  let lastWrite: Promise<unknown> = Promise.resolve();

  async function read(table: string, keys: AttributeMap): Promise<AttributeMap | undefined> {
    const { Item } = await client.send(
      new GetItemCommand({
        TableName: table,
        Key: keys as unknown as Record<string, AttributeValue>,
        ConsistentRead: true,
      }),
    );
    return Item && onTheWire(Item);
  }

  async function writeAndRecord(items: readonly WrittenItem[], write: () => Promise<void>) {
    const before = await Promise.all(items.map(({ table, keys }) => read(table, keys)));
    await write();
    for (const [index, { table, keys }] of items.entries()) {
      const after = await read(table, keys);
      const record = watched.get(table)?.stream.recordOf({ keys, before: before[index], after });
      if (record) onRecord(record);
    }
  }

  return {
    watch(table: string, keyNames: readonly string[]): void {
      watched.set(table, { keyNames, stream: createStream(table, now) });
    },
    /** Makes a call of the engine; if it writes to a table with a stream, its changes are recorded when it has been made. */
    async during(
      operation: string,
      input: OperationInput,
      write: () => Promise<void>,
    ): Promise<void> {
      const items = WRITES.has(operation) ? writtenItems(input, watched) : [];
      if (items.length === 0) return write();
      const end = begin();
      const written = lastWrite.then(() => writeAndRecord(items, write));
      lastWrite = written.catch(() => undefined);
      try {
        await written;
      } finally {
        end();
      }
    },
  };
}

interface WrittenItem {
  readonly table: string;
  readonly keys: AttributeMap;
}

function writtenItems(
  { TableName = '', Key, Item, RequestItems = {} }: OperationInput,
  watched: ReadonlyMap<string, WatchedTable>,
): readonly WrittenItem[] {
  const single = Key ?? Item;
  const inBatch = Object.entries(RequestItems).flatMap(([table, share]) =>
    Array.isArray(share)
      ? share.map(({ PutRequest, DeleteRequest }) => ({
          table,
          item: PutRequest?.Item ?? DeleteRequest?.Key ?? {},
        }))
      : [],
  );
  return [...(single ? [{ table: TableName, item: single }] : []), ...inBatch].flatMap(
    ({ table, item }) => {
      const { keyNames } = watched.get(table) ?? {};
      if (!keyNames) return [];
      const keys = Object.fromEntries(
        keyNames.flatMap((name) => (item[name] ? [[name, item[name]]] : [])),
      );
      return [{ table, keys }];
    },
  );
}

/** As the JSON of the protocol has it: bytes in base64. */
function onTheWire(item: Record<string, AttributeValue>): AttributeMap {
  return JSON.parse(
    JSON.stringify(item, (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ),
  );
}
