import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { sha256Hex } from '../core/canonical.ts';
import { OffboardingError } from '../core/errors.ts';
import type { AccessPointDescriptor, StoreDescriptor } from '../core/plane.ts';

const SORT_KEY_MAX_BYTES = 1024; // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html

export type Claimable = StoreDescriptor | AccessPointDescriptor;

export interface ClaimHolder {
  readonly planeId: string;
  /** ISO 8601 UTC. */
  readonly claimedAt: string;
}

export interface StoreClaims {
  /**
   * Claims one prefix, partition or function for a plane. Claiming again what the plane already has is fine.
   * @param options.field where the caller named it, such as `stores[1]`; the refusal says so and nothing else
   * @param options.isAbandoned true for a holder that will never exist: its claim is then removed. By default none is.
   * @throws OffboardingError `STORE_TAKEN` when another plane has it, has part of it, or has something around it
   */
  claim(
    planeId: string,
    descriptor: Claimable,
    now: Date,
    options?: {
      readonly field?: string;
      readonly isAbandoned?: (holder: ClaimHolder) => Promise<boolean>;
    },
  ): Promise<void>;
  /** Gives up what the plane has claimed. What it does not hold is left alone, so it may run twice. */
  release(planeId: string, descriptors: readonly Claimable[]): Promise<void>;
}

interface ClaimKey {
  readonly resource: string;
  readonly scope: string;
}

type Claim = ClaimKey & ClaimHolder;

/** Which plane owns what. Table key: `resource`, `scope`. */
export function storeClaims(client: DynamoDBClient, table: string): StoreClaims {
  return {
    async claim(planeId, descriptor, now, { field = descriptor.kind, isAbandoned } = {}) {
      const key = await claimKey(descriptor);
      let isNew = false;
      for (;;) {
        const before = await putClaim(client, table, key, planeId, now);
        isNew ||= before === 'new';
        // Own claim first, then look: of two that overlap, at least the later writer sees the other. Both may be refused
        // when they race, but never can both be accepted.
        const holder =
          before === 'taken'
            ? await readClaim(client, table, key)
            : descriptor.kind === 's3-prefix' && (await findOverlap(client, table, key, planeId));
        if (!holder) {
          if (before === 'taken') continue; // released between the write and the read
          return;
        }
        if (await isAbandoned?.(holder)) {
          await deleteClaim(client, table, holder, holder.planeId);
          continue;
        }
        if (isNew) await deleteClaim(client, table, key, planeId);
        throw new OffboardingError('STORE_TAKEN', `${field} belongs to another plane`, {
          details: { field },
        });
      }
    },
    release: releaseClaims(client, table),
  };
}

/** The half of it that a purge needs. */
export function releaseClaims(client: DynamoDBClient, table: string): StoreClaims['release'] {
  return async (planeId, descriptors) => {
    for (const descriptor of descriptors)
      await deleteClaim(client, table, await claimKey(descriptor), planeId);
  };
}

async function claimKey(descriptor: Claimable): Promise<ClaimKey> {
  switch (descriptor.kind) {
    case 's3-prefix':
      return { resource: `s3://${descriptor.bucket}`, scope: prefixScope(descriptor.prefix) };
    case 'query-endpoint':
      return { resource: `lambda://${descriptor.functionName}`, scope: '-' };
    case 'dynamodb-partition':
    case 'token-partition': {
      const { name, value } = descriptor.partitionKey;
      const scope = `${name}=${value}`;
      return {
        resource: `dynamodb://${descriptor.table}`,
        // A partition key may be longer (2,048 bytes) than the sort key that has to name it here.
        scope:
          byteLength(scope) <= SORT_KEY_MAX_BYTES ? scope : `${name}#${await sha256Hex(value)}`,
      };
    }
  }
}

function prefixScope(prefix: string): string {
  // An object key has at most 1,024 bytes as well, so no object can lie under a longer prefix.
  if (byteLength(prefix) > SORT_KEY_MAX_BYTES)
    throw new OffboardingError('INVALID_REQUEST', 'a prefix has at most 1,024 bytes');
  return prefix;
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** `held`: the plane had it before, so a refusal now must not take it away. */
async function putClaim(
  client: DynamoDBClient,
  table: string,
  key: ClaimKey,
  planeId: string,
  now: Date,
): Promise<'new' | 'held' | 'taken'> {
  try {
    const { Attributes } = await client.send(
      new PutItemCommand({
        TableName: table,
        Item: marshall({ ...key, planeId, claimedAt: now.toISOString() }),
        ConditionExpression: 'attribute_not_exists(planeId) OR planeId = :planeId',
        ExpressionAttributeValues: marshall({ ':planeId': planeId }),
        ReturnValues: 'ALL_OLD',
      }),
    );
    return Attributes ? 'held' : 'new';
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return 'taken';
    throw error;
  }
}

async function readClaim(
  client: DynamoDBClient,
  table: string,
  { resource, scope }: ClaimKey,
): Promise<Claim | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({
      TableName: table,
      Key: marshall({ resource, scope }),
      ConsistentRead: true,
    }),
  );
  return Item && (unmarshall(Item) as Claim);
}

/** Another plane's claim on a prefix around this one, or inside it. */
async function findOverlap(
  client: DynamoDBClient,
  table: string,
  { resource, scope }: ClaimKey,
  planeId: string,
): Promise<Claim | undefined> {
  for (const ancestor of ancestorsOf(scope)) {
    const claim = await readClaim(client, table, { resource, scope: ancestor });
    if (claim && claim.planeId !== planeId) return claim;
  }
  const descendants = paginateQuery(
    { client },
    {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: '#resource = :resource AND begins_with(#scope, :scope)',
      ExpressionAttributeNames: { '#resource': 'resource', '#scope': 'scope' },
      ExpressionAttributeValues: marshall({ ':resource': resource, ':scope': scope }),
    },
  );
  for await (const page of descendants) {
    const claims = (page.Items ?? []).map((item) => unmarshall(item) as Claim);
    const claim = claims.find((candidate) => candidate.planeId !== planeId);
    if (claim) return claim;
  }
  return undefined;
}

/** `a/b/c/` lies in `a/` and in `a/b/`: every registered prefix ends in a slash. */
function ancestorsOf(prefix: string): readonly string[] {
  return Array.from(prefix.matchAll(/\//g), ({ index }) => prefix.slice(0, index + 1)).filter(
    (ancestor) => ancestor !== prefix,
  );
}

async function deleteClaim(
  client: DynamoDBClient,
  table: string,
  { resource, scope }: ClaimKey,
  planeId: string,
): Promise<void> {
  try {
    await client.send(
      new DeleteItemCommand({
        TableName: table,
        Key: marshall({ resource, scope }),
        ConditionExpression: 'planeId = :planeId',
        ExpressionAttributeValues: marshall({ ':planeId': planeId }),
      }),
    );
  } catch (error) {
    // Released before, or never this plane's: both are what a second run finds.
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
