import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pendingDecisions } from '../../lambdas/adapters/decisions-table.ts';
import type { PendingDecision } from '../../lambdas/ports.ts';
import { purgeScope, REQUESTER } from '../support/builders.ts';
import { type DynaliteTables, startDynalite } from '../support/dynalite-tables.ts';
import { answeredBy } from '../support/json-service.ts';

const KEY_ARN = 'arn:aws:kms:us-east-1:111122223333:key/token-key';

let tables: DynaliteTables;
beforeAll(async () => {
  tables = await startDynalite();
  await tables.create('Decisions', { name: 'planeId', type: 'S' });
});
afterAll(() => tables.close());

/** Like KMS it decrypts only under the same key and the same encryption context. Not secret: base64 backwards. */
const kms = new KMSClient(
  answeredBy((body, action) => {
    const bound = JSON.stringify([body.KeyId, body.EncryptionContext]);
    if (action === 'Encrypt') {
      const sealed = [...`${body.Plaintext}\n${bound}`].reverse().join('');
      return { body: { CiphertextBlob: Buffer.from(sealed).toString('base64'), KeyId: KEY_ARN } };
    }
    const opened = [...Buffer.from(String(body.CiphertextBlob), 'base64').toString()];
    const [Plaintext, context] = opened.reverse().join('').split('\n');
    return context === bound
      ? { body: { Plaintext, KeyId: KEY_ARN } }
      : { statusCode: 400, body: { __type: 'InvalidCiphertextException' } };
  }),
);
const decisions = () => pendingDecisions(tables.client, kms, 'Decisions', KEY_ARN);

function decision(planeId: string, changes: Partial<PendingDecision> = {}): PendingDecision {
  return {
    planeId,
    offboardingId: 'off_1',
    scope: purgeScope({ planeId }),
    scopeHash: 'c'.repeat(64),
    requestedBy: [REQUESTER],
    requestedAt: '2027-11-29T11:00:00.000Z',
    expiresAt: '2027-12-06T11:00:00.500Z',
    ...changes,
  };
}

async function itemOf(planeId: string) {
  const { Item } = await tables.client.send(
    new GetItemCommand({ TableName: 'Decisions', Key: { planeId: { S: planeId } } }),
  );
  return Item;
}

describe('pending decisions', () => {
  it('gives back the question, and the token by itself', async () => {
    await decisions().put(decision('kp_1'), 'task-token-1');
    expect(await decisions().read('kp_1')).toEqual(decision('kp_1'));
    expect(await decisions().readTaskToken('kp_1')).toBe('task-token-1');
    expect(await decisions().read('kp_2')).toBeUndefined();
    expect(await decisions().readTaskToken('kp_2')).toBeUndefined();
  });

  it('stores the token encrypted only, and lets DynamoDB clean up after the expiry', async () => {
    await decisions().put(decision('kp_3'), 'task-token-3');
    const item = await itemOf('kp_3');
    const { encryptedTaskToken, ...rest } = item ?? {};
    expect(Buffer.from(encryptedTaskToken?.B ?? []).length).toBeGreaterThan(0);
    expect(Buffer.from(encryptedTaskToken?.B ?? []).toString()).not.toContain('task-token-3');
    expect(JSON.stringify(rest)).not.toContain('task-token-3');
    expect(item?.expiresAtSeconds).toEqual({ N: '1828090801' }); // 2027-12-06T11:00:01Z
  });

  it('does not open a token that was moved to another plane', async () => {
    await decisions().put(decision('kp_4'), 'task-token-4');
    const moved = { ...(await itemOf('kp_4')), planeId: { S: 'kp_5' } };
    await tables.client.send(new PutItemCommand({ TableName: 'Decisions', Item: moved }));
    await expect(decisions().readTaskToken('kp_5')).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
  });

  it('has one question per plane: the latest', async () => {
    await decisions().put(decision('kp_6'), 'first');
    await decisions().put(decision('kp_6', { scopeHash: 'd'.repeat(64) }), 'second');
    expect(await decisions().readTaskToken('kp_6')).toBe('second');
    await decisions().delete('kp_6', 'c'.repeat(64));
    expect(await decisions().readTaskToken('kp_6')).toBe('second');
    await decisions().delete('kp_6', 'd'.repeat(64));
    expect(await decisions().read('kp_6')).toBeUndefined();
    await decisions().delete('kp_6', 'd'.repeat(64));
  });
});
