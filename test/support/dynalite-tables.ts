import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  type ScalarAttributeType,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';

// dynalite ships no types.
const dynalite: (options: { createTableMs: number }) => Server = createRequire(import.meta.url)(
  'dynalite',
);

export interface TableKey {
  readonly name: string;
  readonly type: ScalarAttributeType;
}

export interface DynaliteTables {
  readonly client: DynamoDBClient;
  create(table: string, partitionKey: TableKey, sortKey?: TableKey): Promise<void>;
  close(): Promise<void>;
}

/** A table with these keys, the partition's first. */
export function tableInput(table: string, keys: readonly TableKey[]): CreateTableCommandInput {
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    KeySchema: keys.map(({ name }, index) => ({
      AttributeName: name,
      KeyType: index === 0 ? 'HASH' : 'RANGE',
    })),
  };
}

/** An empty DynamoDB in this process; nothing is shared with another test file. */
export async function startDynalite(): Promise<DynaliteTables> {
  const server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    client,
    async create(table, ...keys) {
      const declared = keys.filter((key) => key !== undefined);
      await client.send(new CreateTableCommand(tableInput(table, declared)));
      await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.02 }, { TableName: table });
    },
    close() {
      client.destroy();
      return new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
      });
    },
  };
}
