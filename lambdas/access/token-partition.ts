import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { TokenPartition } from '../core/plane.ts';
import { inParallel } from '../stores/in-parallel.ts';
import { type PartitionSchema, readPartitionSchema } from '../stores/partition-schema.ts';
import type { AccessPoint } from './access-point.ts';

/** The attribute that whoever checks tokens must look at: a time, ISO 8601 UTC. */
const REVOKED_AT = 'revokedAt';
const UPDATES_IN_FLIGHT = 25;

type Item = Record<string, AttributeValue>;
type Outcome = 'revoked' | 'already-revoked' | 'absent';

/** The access tokens of a plane: every item of one partition. Revoking marks them, so that the record stays. */
export function tokenPartition(client: DynamoDBClient, descriptor: TokenPartition): AccessPoint {
  return {
    descriptor,

    async close(now, mayGoOn) {
      const partition = await describePartition(client, descriptor);
      const outcomes = { revoked: 0, 'already-revoked': 0, absent: 0 };
      for await (const page of tokenPages(client, descriptor, partition)) {
        outcomes['already-revoked'] += page.filter(isRevoked).length;
        const open = page.filter((token) => !isRevoked(token));
        const outcome = async (token: Item) => {
          await mayGoOn();
          return revoke(client, descriptor.table, partition, token, now);
        };
        for (const reached of await inParallel(open, UPDATES_IN_FLIGHT, outcome))
          outcomes[reached] += 1;
      }
      return {
        closed: outcomes.revoked,
        alreadyClosed: outcomes['already-revoked'],
        alreadyAbsent: outcomes.absent,
      };
    },

    async proveClosed() {
      const partition = await describePartition(client, descriptor);
      let open = 0;
      for await (const page of tokenPages(client, descriptor, partition))
        open += page.filter((token) => !isRevoked(token)).length;
      return { refused: open === 0, observed: `${open} tokens not revoked` };
    },
  };
}

function describePartition(
  client: DynamoDBClient,
  descriptor: TokenPartition,
): Promise<PartitionSchema> {
  return readPartitionSchema(client, { ...descriptor, kind: 'dynamodb-partition' });
}

/** Keys and marks of every token, strongly consistent, page by page. */
async function* tokenPages(
  client: DynamoDBClient,
  { table }: TokenPartition,
  { partitionValue, keyNames }: PartitionSchema,
): AsyncGenerator<readonly Item[]> {
  const keyAliases = Object.fromEntries(keyNames.map((name, index) => [`#key${index}`, name]));
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: '#key0 = :partition',
      ProjectionExpression: [...Object.keys(keyAliases), '#revokedAt'].join(', '),
      ExpressionAttributeNames: { ...keyAliases, '#revokedAt': REVOKED_AT },
      ExpressionAttributeValues: { ':partition': partitionValue },
    },
  );
  for await (const page of pages) yield page.Items ?? [];
}

/** A time or a number counts; null, false and an empty string are how applications write "not revoked". */
function isRevoked(token: Item): boolean {
  const mark = token[REVOKED_AT];
  return Boolean(mark?.S) || mark?.N !== undefined;
}

/** Marks the token unless its mark has changed since it was read: an earlier `revokedAt` is kept. */
async function revoke(
  client: DynamoDBClient,
  table: string,
  { keyNames }: PartitionSchema,
  token: Item,
  now: Date,
): Promise<Outcome> {
  const key = Object.fromEntries(
    keyNames.flatMap((name) => (token[name] ? [[name, token[name]]] : [])),
  );
  const mark = token[REVOKED_AT];
  try {
    await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: key,
        UpdateExpression: 'SET #revokedAt = :now',
        // Without the first half an update would create a token that has been deleted since.
        ConditionExpression: `attribute_exists(#partition) AND ${mark ? '#revokedAt = :seen' : 'attribute_not_exists(#revokedAt)'}`,
        ExpressionAttributeNames: { '#revokedAt': REVOKED_AT, '#partition': keyNames[0] ?? '' },
        ExpressionAttributeValues: {
          ':now': { S: now.toISOString() },
          ...(mark && { ':seen': mark }),
        },
      }),
    );
    return 'revoked';
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }),
    );
    if (!Item) return 'absent';
    if (isRevoked(Item)) return 'already-revoked';
    throw error;
  }
}
