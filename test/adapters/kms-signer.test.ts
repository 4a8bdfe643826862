import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { expect, test } from 'vitest';
import { kmsSigner } from '../../lambdas/adapters/kms-signer.ts';
import { answeredBy } from '../support/json-service.ts';

const KEY_ARN = 'arn:aws:kms:us-east-1:111122223333:key/signing';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Signs like KMS: the message, whose digest the caller is expected to send, in DER. */
function kmsOf(message: Uint8Array) {
  const sent: Record<string, unknown>[] = [];
  const client = new KMSClient(
    answeredBy((body, action) => {
      sent.push({ action, ...body });
      return action === 'GetPublicKey'
        ? {
            body: {
              PublicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
            },
          }
        : { body: { Signature: sign('sha256', message, privateKey).toString('base64') } };
    }),
  );
  return { signer: kmsSigner(client, KEY_ARN), sent };
}

test('sends the digest only, and returns the signature as JWS wants it', async () => {
  const message = new Uint8Array(10_000).fill(7); // more than the 4,096 bytes that KMS takes
  const { signer, sent } = kmsOf(message);
  const signature = await signer.sign(message);
  expect(signature).toHaveLength(64);
  expect(verify('sha256', message, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(
    true,
  );
  expect(sent).toEqual([
    {
      action: 'Sign',
      KeyId: KEY_ARN,
      Message: createHash('sha256').update(message).digest('base64'),
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
    },
  ]);
});

test('reads the public key as a JWK, without a private half', async () => {
  const { signer } = kmsOf(new Uint8Array());
  const { x, y } = publicKey.export({ format: 'jwk' });
  expect(await signer.publicKey()).toEqual({ kty: 'EC', crv: 'P-256', x, y });
});
