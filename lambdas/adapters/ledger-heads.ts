import { type DynamoDBClient, paginateScan, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { LedgerHeads, PlaneIds } from '../checkpoint/ports.ts';
import { GENESIS_HASH } from '../core/ledger-entry.ts';

/** One entry of a plane at a time, and of it only what a checkpoint says. */
export function ledgerHeads(client: DynamoDBClient, table: string): LedgerHeads {
  const one = async (planeId: string, seq?: number) => {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        ScanIndexForward: false,
        Limit: 1,
        KeyConditionExpression: `planeId = :planeId${seq === undefined ? '' : ' AND seq = :seq'}`,
        ExpressionAttributeValues: {
          ':planeId': { S: planeId },
          ...(seq !== undefined && { ':seq': { N: String(seq) } }),
        },
        ProjectionExpression: 'seq, #hash',
        ExpressionAttributeNames: { '#hash': 'hash' },
      }),
    );
    return Items[0];
  };
  return {
    async head(planeId) {
      const entry = await one(planeId);
      return {
        planeId,
        length: Number(entry?.seq?.N ?? 0),
        headHash: entry?.hash?.S ?? GENESIS_HASH,
      };
    },
    hashAt: async (planeId, seq) => (await one(planeId, seq))?.hash?.S,
  };
}

export function planeIds(client: DynamoDBClient, table: string): PlaneIds {
  return {
    async *pages() {
      const pages = paginateScan(
        { client },
        { TableName: table, ConsistentRead: true, ProjectionExpression: 'planeId' },
      );
      for await (const { Items = [] } of pages)
        yield Items.flatMap(({ planeId }) => planeId?.S ?? []);
    },
  };
}
