import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { OffboardingError } from '../core/errors.ts';
import type { Dependent, Lease, UsageReader, UsageWriter } from '../ports.ts';

// One partition per plane; the sort key says what kind of usage an item is.
const LEASE = 'lease#';
const DEPENDENT = 'dependent#';

export function usageReader(client: DynamoDBClient, table: string): UsageReader {
  return {
    async activeLeases(planeId, now) {
      const leases: Lease[] = [];
      for await (const item of usageItems(client, table, planeId, LEASE)) {
        const lease = leaseOf(item);
        // DynamoDB removes expired items within days, not at once: the time stamp decides.
        if (Date.parse(lease.expiresAt) > now.getTime()) leases.push(lease);
      }
      return leases;
    },

    async dependents(planeId) {
      const dependents: Dependent[] = [];
      for await (const item of usageItems(client, table, planeId, DEPENDENT))
        dependents.push(dependentOf(item));
      return dependents;
    },
  };
}

export function usageWriter(client: DynamoDBClient, table: string): UsageWriter {
  return {
    async putLease(planeId, lease, now) {
      const expiresAtSeconds = Math.ceil(Date.parse(lease.expiresAt) / 1000);
      const put = new PutItemCommand({
        TableName: table,
        Item: marshall({ ...lease, planeId, usageId: LEASE + lease.leaseId, expiresAtSeconds }),
        ConditionExpression: 'attribute_not_exists(usageId) OR heldBy = :by OR expiresAt <= :now',
        ExpressionAttributeValues: marshall({ ':by': lease.heldBy, ':now': now.toISOString() }),
        ReturnValues: 'ALL_OLD',
      });
      const Attributes = await unlessTaken(client.send(put), `the lease ${lease.leaseId}`);
      return Attributes && leaseOf(Attributes);
    },
    async putDependent(planeId, dependent) {
      const { dependentId, kind, declaredBy, declarationId } = dependent;
      const update = new UpdateItemCommand({
        TableName: table,
        Key: marshall({ planeId, usageId: DEPENDENT + dependentId }),
        // Two declarations by the same caller at once are one, whichever of them was first.
        UpdateExpression: `SET dependentId = :id, kind = :kind, declaredBy = :by${
          declarationId ? ', declarationId = if_not_exists(declarationId, :declaration)' : ''
        }`,
        // Whoever took it over could remove it as their own.
        ConditionExpression: 'attribute_not_exists(usageId) OR declaredBy = :by',
        ExpressionAttributeValues: marshall({
          ':id': dependentId,
          ':kind': kind,
          ':by': declaredBy,
          ...(declarationId && { ':declaration': declarationId }),
        }),
        ReturnValues: 'ALL_OLD',
      });
      const Attributes = await unlessTaken(client.send(update), `the dependent ${dependentId}`);
      return Attributes && dependentOf(Attributes);
    },
    deleteLease: (planeId, leaseId, heldBy) =>
      deleteUsage(client, table, planeId, LEASE + leaseId, { heldBy }),
    deleteDependent: (planeId, dependentId, { declaredBy, declarationId }) =>
      deleteUsage(client, table, planeId, DEPENDENT + dependentId, {
        declaredBy,
        ...(declarationId && { declarationId }),
      }),
  };
}

function leaseOf(item: Record<string, AttributeValue>): Lease {
  const { leaseId, kind, heldBy, expiresAt } = unmarshall(item) as Lease;
  return { leaseId, kind, heldBy, expiresAt };
}

function dependentOf(item: Record<string, AttributeValue>): Dependent {
  const { dependentId, kind, declaredBy, declarationId } = unmarshall(item) as Dependent;
  return { dependentId, kind, declaredBy, ...(declarationId && { declarationId }) };
}

async function* usageItems(
  client: DynamoDBClient,
  table: string,
  planeId: string,
  prefix: string,
): AsyncGenerator<Record<string, AttributeValue>> {
  const pages = paginateQuery(
    { client },
    {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: 'planeId = :planeId AND begins_with(usageId, :prefix)',
      ExpressionAttributeValues: marshall({ ':planeId': planeId, ':prefix': prefix }),
    },
  );
  for await (const page of pages) yield* page.Items ?? [];
}

/** @param expected what the item has to hold; another one under the same id is left alone */
async function deleteUsage(
  client: DynamoDBClient,
  table: string,
  planeId: string,
  usageId: string,
  expected: Readonly<Record<string, string>>,
): Promise<boolean> {
  const fields = Object.entries(expected);
  try {
    const { Attributes } = await client.send(
      new DeleteItemCommand({
        TableName: table,
        Key: marshall({ planeId, usageId }),
        ReturnValues: 'ALL_OLD', // without it a delete of nothing looks like a delete
        ConditionExpression: fields.map(([name]) => `${name} = :${name}`).join(' AND '),
        ExpressionAttributeValues: marshall(
          Object.fromEntries(fields.map(([name, value]) => [`:${name}`, value])),
        ),
      }),
    );
    return Attributes !== undefined;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

async function unlessTaken(
  written: Promise<{ Attributes?: Record<string, AttributeValue> | undefined }>,
  what: string,
): Promise<Record<string, AttributeValue> | undefined> {
  try {
    return (await written).Attributes;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException)
      throw new OffboardingError('USAGE_TAKEN', `${what} is somebody else's`);
    throw error;
  }
}
