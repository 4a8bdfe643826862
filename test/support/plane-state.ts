import { DynamoDBClient, GetItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import type { Cloud } from '../../local/cloud.ts';

type Item = Readonly<Record<string, unknown>>;

/** Whatever the product has written about one plane, but for what it has claimed. */
export interface PlaneState {
  readonly plane: Item | undefined;
  /** Oldest first. */
  readonly entries: readonly LedgerEntry[];
  readonly usage: readonly Item[];
  readonly decisions: readonly Item[];
}

/** Reads one plane's part of what `stateReader` reads: as cheap with many planes as with one. */
export function planeStateReader(cloud: Cloud): (planeId: string) => Promise<PlaneState> {
  const client = new DynamoDBClient(cloud.clientConfig('auditor'));
  const tableOf = (part: string) => cloud.physicalName('AWS::DynamoDB::', part);
  const [planes, ledger, usage, decisions] = [
    tableOf('Registry/Planes'),
    tableOf('Ledger'),
    tableOf('Usage'),
    tableOf('Decisions'),
  ];
  return async (planeId) => {
    const Key = { planeId: { S: planeId } };
    const [{ Item }, entries, inUse, decided] = await Promise.all([
      client.send(new GetItemCommand({ TableName: planes, Key, ConsistentRead: true })),
      query(client, ledger, planeId),
      query(client, usage, planeId),
      query(client, decisions, planeId),
    ]);
    return {
      plane: Item && unmarshall(Item),
      entries: entries as unknown as readonly LedgerEntry[],
      usage: inUse,
      decisions: decided,
    };
  };
}

async function query(
  client: DynamoDBClient,
  TableName: string,
  planeId: string,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const page of paginateQuery(
    { client },
    {
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: 'planeId = :planeId',
      ExpressionAttributeValues: { ':planeId': { S: planeId } },
    },
  ))
    items.push(...(page.Items ?? []).map((item) => unmarshall(item)));
  return items;
}
