import {
  type AttributeValue,
  DescribeTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { DynamodbPartitionStore } from '../core/plane.ts';

export interface PartitionSchema {
  readonly partitionValue: AttributeValue;
  /** Partition key first, then the sort key if the table has one. */
  readonly keyNames: readonly string[];
}

/**
 * What the table says about its keys; the descriptor gives the partition key's value as text, whatever its type.
 * @throws Error when the descriptor names another attribute than the table's partition key, or the key is binary
 */
export async function readPartitionSchema(
  client: DynamoDBClient,
  { table, partitionKey: { name, value } }: DynamodbPartitionStore,
): Promise<PartitionSchema> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  const keyName = (type: 'HASH' | 'RANGE') =>
    Table?.KeySchema?.find(({ KeyType }) => KeyType === type)?.AttributeName;
  const sort = keyName('RANGE');
  const type = Table?.AttributeDefinitions?.find(
    ({ AttributeName }) => AttributeName === name,
  )?.AttributeType;
  if (keyName('HASH') !== name || (type !== 'S' && type !== 'N'))
    throw new Error(`table ${table} has no partition key ${name} of type S or N`);
  return {
    partitionValue: type === 'S' ? { S: value } : { N: value },
    keyNames: sort === undefined ? [name] : [name, sort],
  };
}
