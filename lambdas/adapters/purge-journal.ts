import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { PurgeJournal, PurgeState } from '../purge/purge-journal.ts';

/** Every field of a plane's record that a person chose, or that names one. */
const PERSONAL_FIELDS = ['name', 'tenantId', 'createdBy'] as const;
const SCRUBBED = 'scrubbed';

/**
 * The books of a purge and its position as two attributes of the plane's registry record. The recorder replaces the whole record by a
 * tombstone once PURGED is in the ledger, so they last exactly as long as they are needed.
 */
export function purgeJournal(client: DynamoDBClient, table: string): PurgeJournal {
  const set = async (planeId: string, fields: Readonly<Record<string, unknown>>) => {
    const given = Object.keys(fields).filter((name) => fields[name] !== undefined);
    const absent = Object.keys(fields).filter((name) => fields[name] === undefined);
    await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: marshall({ planeId }),
        UpdateExpression: [
          ...clause(
            'SET',
            given.map((name) => `#${name} = :${name}`),
          ),
          ...clause(
            'REMOVE',
            absent.map((name) => `#${name}`),
          ),
        ].join(' '),
        // An update would create the record anew, or write into its tombstone.
        ConditionExpression: 'attribute_exists(planeId) AND lifecycleState <> :purged',
        ExpressionAttributeNames: Object.fromEntries(
          Object.keys(fields).map((name) => [`#${name}`, name]),
        ),
        ExpressionAttributeValues: marshall(
          {
            ':purged': 'PURGED',
            ...Object.fromEntries(given.map((name) => [`:${name}`, fields[name]])),
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
      const { purgeProgress: books, purgePosition: position } = Item ? unmarshall(Item) : {};
      return { ...(books && { books }), ...(position && { position }) } as PurgeState;
    },
    write: (planeId, { books, position }) =>
      set(planeId, { ...(books && { purgeProgress: books }), purgePosition: position }),
    scrub: (planeId) =>
      set(planeId, Object.fromEntries(PERSONAL_FIELDS.map((name) => [name, SCRUBBED]))),
  };
}

function clause(keyword: 'SET' | 'REMOVE', parts: readonly string[]): readonly string[] {
  return parts.length === 0 ? [] : [`${keyword} ${parts.join(', ')}`];
}
