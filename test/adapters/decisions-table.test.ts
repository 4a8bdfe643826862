import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pendingDecisions } from '../../lambdas/adapters/decisions-table.ts';
import { scopeMeasurements } from '../../lambdas/adapters/scope-measurements.ts';
import type { Tally } from '../../lambdas/core/tally.ts';
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

describe('a measurement', () => {
  const TALLY: Tally = {
    counted: [{ kind: 'bag', ref: 'b'.repeat(64), count: 9, bytes: 5000 }],
    unlisted: [],
    open: {
      count: 2,
      bytes: 20,
      chains: { versions: 'a', deleteMarkers: '' },
      mark: '{"KeyMarker":"kp-1/ü"}',
    },
  };
  const now = new Date('2027-11-29T11:00:00.000Z');

  it('is found under its own key only, and is no decision', async () => {
    const measurements = scopeMeasurements(tables.client, 'Decisions');
    expect(await measurements.read('kp_m', 'first')).toBeUndefined();
    await measurements.write('kp_m', 'first', TALLY, now);
    expect(await measurements.read('kp_m', 'first')).toEqual(TALLY);
    expect(await measurements.read('kp_m', 'second')).toBeUndefined();
    expect(await decisions().read('kp_m')).toBeUndefined();
    expect(await decisions().readTaskToken('kp_m')).toBeUndefined();
    expect((await itemOf('kp_m'))?.expiresAtSeconds).toEqual({ N: '1827572400' });
  });

  it('is replaced by the decision it was made for', async () => {
    await scopeMeasurements(tables.client, 'Decisions').write('kp_n', 'first', TALLY, now);
    await decisions().put(decision('kp_n'), 'task-token-n');
    expect((await itemOf('kp_n'))?.measurement).toBeUndefined();
    expect(await decisions().readTaskToken('kp_n')).toBe('task-token-n');
  });
});
