import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Tally } from '../core/tally.ts';
import type { ScopeMeasurements } from '../request-approval/request-approval.ts';

/** An invocation follows the one before it within seconds; the rest is for an operator who looks. */
const KEPT_SECONDS = 86_400;

interface StoredMeasurement {
  readonly key: string;
  readonly tally: Tally;
}

/**
 * A measurement stands in the decisions table where its decision will: the decision replaces it, and a purge erases either.
 * It may replace a decision that nobody waits for any more, because the task that waited is being run again.
 */
export function scopeMeasurements(client: DynamoDBClient, table: string): ScopeMeasurements {
  return {
    async read(planeId, key) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: marshall({ planeId }), ConsistentRead: true }),
      );
      const measurement: StoredMeasurement | undefined = Item && unmarshall(Item).measurement;
      return measurement?.key === key ? measurement.tally : undefined;
    },
    async write(planeId, key, tally, now) {
      const measurement: StoredMeasurement = { key, tally };
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: marshall({
            planeId,
            measurement,
            expiresAtSeconds: Math.ceil(now.getTime() / 1000) + KEPT_SECONDS,
          }),
        }),
      );
    },
  };
}
