import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { DecryptCommand, EncryptCommand, type KMSClient } from '@aws-sdk/client-kms';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { PendingDecision, PendingDecisions } from '../ports.ts';

/**
 * The purge approval that is being waited for, one per plane. The task token is encrypted under `keyArn` with the plane
 * and the offboarding as encryption context, so that a token moved to another plane's item does not decrypt.
 */
export function pendingDecisions(
  dynamodb: DynamoDBClient,
  kms: KMSClient,
  table: string,
  keyArn: string,
): PendingDecisions {
  const readItem = async (planeId: string): Promise<StoredDecision | undefined> => {
    const { Item } = await dynamodb.send(
      new GetItemCommand({ TableName: table, Key: marshall({ planeId }), ConsistentRead: true }),
    );
    // While the scope is being measured, the item holds how far that has come, and no token.
    return Item?.encryptedTaskToken && storedDecision(Item);
  };

  return {
    async put(decision, taskToken) {
      const { CiphertextBlob } = await kms.send(
        new EncryptCommand({
          KeyId: keyArn,
          Plaintext: Buffer.from(taskToken), // at most 1,024 characters; KMS takes 4,096 bytes
          EncryptionContext: encryptionContext(decision),
        }),
      );
      await dynamodb.send(
        new PutItemCommand({
          TableName: table,
          Item: marshall({
            ...decision,
            encryptedTaskToken: CiphertextBlob,
            expiresAtSeconds: Math.ceil(Date.parse(decision.expiresAt) / 1000),
          }),
        }),
      );
    },

    async read(planeId) {
      return (await readItem(planeId))?.decision;
    },

    async readTaskToken(planeId) {
      const stored = await readItem(planeId);
      if (!stored) return undefined;
      const { Plaintext } = await kms.send(
        new DecryptCommand({
          KeyId: keyArn,
          CiphertextBlob: stored.encryptedTaskToken,
          EncryptionContext: encryptionContext(stored.decision),
        }),
      );
      if (!Plaintext) throw new Error('KMS returned no plaintext for a task token');
      return Buffer.from(Plaintext).toString('utf8');
    },

    async delete(planeId, scopeHash) {
      try {
        await dynamodb.send(
          new DeleteItemCommand({
            TableName: table,
            Key: marshall({ planeId }),
            ConditionExpression: 'attribute_not_exists(planeId) OR scopeHash = :scopeHash',
            ExpressionAttributeValues: marshall({ ':scopeHash': scopeHash }),
          }),
        );
      } catch (error) {
        // Another scope is being asked about by now; that decision is not ours to delete.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}

interface StoredDecision {
  readonly decision: PendingDecision;
  readonly encryptedTaskToken: Uint8Array;
}

function storedDecision(item: Record<string, AttributeValue>): StoredDecision {
  const { encryptedTaskToken, expiresAtSeconds: _, ...decision } = unmarshall(item);
  return { decision: decision as PendingDecision, encryptedTaskToken };
}

function encryptionContext({ planeId, offboardingId }: PendingDecision): Record<string, string> {
  return { planeId, offboardingId };
}
