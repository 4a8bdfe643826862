import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { PlaneRecord, PlaneTombstone } from '../core/plane.ts';
import type { PlaneProjection, PlaneReader, PlaneRegistry } from '../ports.ts';
import { pageToken, startKey } from './page-token.ts';

type RegistryItem = PlaneRecord | PlaneTombstone;

export function planeReader(client: DynamoDBClient, table: string): PlaneReader {
  return {
    async read(planeId) {
      const { Item } = await client.send(
        new GetItemCommand({
          TableName: table,
          // Written out, as in the ledger's reader: it keeps `marshall` out of the bundles of all who only read.
          Key: { planeId: { S: planeId } },
          ConsistentRead: true,
        }),
      );
      return Item && (unmarshall(Item) as RegistryItem);
    },
  };
}

/** The registry as the API uses it: it adds planes and remembers their offboardings, but moves no state. */
export function planeRegistry(client: DynamoDBClient, table: string): PlaneRegistry {
  return {
    ...planeReader(client, table),

    async create(plane) {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: marshall(plane, { removeUndefinedValues: true }),
          ConditionExpression: 'attribute_not_exists(planeId)',
        }),
      );
    },

    async list({ limit, nextToken }) {
      const page = await client.send(
        new ScanCommand({
          TableName: table,
          Limit: limit,
          ...(nextToken !== undefined && { ExclusiveStartKey: startKey(nextToken, ['planeId']) }),
        }),
      );
      return {
        planes: (page.Items ?? []).map((item) => unmarshall(item) as RegistryItem),
        ...(page.LastEvaluatedKey && { nextToken: pageToken(page.LastEvaluatedKey) }),
      };
    },

    async claimAttempt(planeId, next, previous) {
      const unchanged = previous
        ? 'offboarding.offboardingId = :previousId AND offboarding.attempt = :previousAttempt'
        : 'attribute_not_exists(offboarding)';
      return happened(
        client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: marshall({ planeId }),
            UpdateExpression: 'SET offboarding = :next',
            ConditionExpression: `attribute_exists(planeId) AND lifecycleState <> :purged AND ${unchanged}`,
            ExpressionAttributeValues: marshall({
              ':next': next,
              ':purged': 'PURGED',
              ...(previous && {
                ':previousId': previous.offboardingId,
                ':previousAttempt': previous.attempt,
              }),
            }),
          }),
        ),
      );
    },
  };
}

/** Used by the recorder only. A projection that is already further ahead is left as it is: that is no failure. */
export function planeProjection(client: DynamoDBClient, table: string): PlaneProjection {
  return {
    async project(planeId, state, ledgerSeq, holds) {
      const forward = {
        TableName: table,
        ConditionExpression: 'ledgerSeq < :seq',
        ExpressionAttributeValues: marshall({ ':seq': ledgerSeq }),
      };
      if (state === 'PURGED') {
        // One write that replaces the whole item: nothing of the plane's description outlives it.
        const tombstone: PlaneTombstone = { planeId, lifecycleState: state, ledgerSeq };
        await happened(client.send(new PutItemCommand({ ...forward, Item: marshall(tombstone) })));
        return;
      }
      await happened(
        client.send(
          new UpdateItemCommand({
            ...forward,
            Key: marshall({ planeId }),
            UpdateExpression: `SET lifecycleState = :state, ledgerSeq = :seq${holds > 0 ? ', holds = :holds' : ' REMOVE holds'}`,
            ExpressionAttributeValues: marshall({
              ':state': state,
              ':seq': ledgerSeq,
              ...(holds > 0 && { ':holds': holds }),
            }),
          }),
        ),
      );
    },
  };
}

/** False when the write's own condition refused it; every other failure is thrown. */
async function happened(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
