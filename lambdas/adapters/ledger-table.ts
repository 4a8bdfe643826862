import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { LedgerEntry } from '../core/ledger-entry.ts';
import type { LedgerReader } from '../ports.ts';
import type { LedgerAppender } from '../recorder/recorder.ts';

/** Reads whole ledgers: strongly consistent, oldest entry first, every page. */
export function ledgerReader(client: DynamoDBClient, table: string): LedgerReader {
  return {
    async read(planeId) {
      const entries: LedgerEntry[] = [];
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'planeId = :planeId',
          ExpressionAttributeValues: { ':planeId': { S: planeId } },
        },
      );
      for await (const page of pages)
        for (const item of page.Items ?? []) entries.push(unmarshall(item) as LedgerEntry);
      return entries;
    },
  };
}

/** Used by the recorder only; no other role may write the ledger. */
export function ledgerAppender(client: DynamoDBClient, table: string): LedgerAppender {
  return {
    async append(entry) {
      try {
        await client.send(
          new PutItemCommand({
            TableName: table,
            Item: marshall(entry),
            ConditionExpression: 'attribute_not_exists(planeId)',
          }),
        );
        return 'appended';
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return 'seq-taken';
        throw error;
      }
    },
  };
}
