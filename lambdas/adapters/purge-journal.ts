import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { PurgeProgress } from '../core/purge-progress.ts';
import type { PurgeJournal } from '../purge/purge-journal.ts';

/** Every field of a plane's record that a person chose, or that names one. */
const PERSONAL_FIELDS = ['name', 'tenantId', 'createdBy'] as const;
const SCRUBBED = 'scrubbed';

/**
 * The books of a purge as one attribute of the plane's registry record. The recorder replaces the whole record by a
 * tombstone once PURGED is in the ledger, so they last exactly as long as they are needed.
 */
export function purgeJournal(client: DynamoDBClient, table: string): PurgeJournal {
  const set = async (planeId: string, fields: Readonly<Record<string, unknown>>) => {
    const names = Object.keys(fields);
    await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: marshall({ planeId }),
        UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
        // An update would create the record anew, or write into its tombstone.
        ConditionExpression: 'attribute_exists(planeId) AND lifecycleState <> :purged',
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
        ExpressionAttributeValues: marshall(
          {
            ':purged': 'PURGED',
            ...Object.fromEntries(names.map((name) => [`:${name}`, fields[name]])),
          },
          { removeUndefinedValues: true },
        ),
      }),
    );
  };
  return {
    async read(planeId) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: marshall({ planeId }), ConsistentRead: true }),
      );
      return Item && (unmarshall(Item).purgeProgress as PurgeProgress | undefined);
    },
    write: (planeId, purgeProgress) => set(planeId, { purgeProgress }),
    scrub: (planeId) =>
      set(planeId, Object.fromEntries(PERSONAL_FIELDS.map((name) => [name, SCRUBBED]))),
  };
}
