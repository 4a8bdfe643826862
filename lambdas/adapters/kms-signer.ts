import { createHash, createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { exportJWK, type JWK } from 'jose';
import type { Signer } from '../certificate/signer.ts';
import { rawEcdsaSignature } from '../core/ecdsa-signature.ts';

/** Signs with a KMS key of spec ECC_NIST_P256. KMS gets the digest only: a message of its own may have 4,096 bytes. */
export function kmsSigner(client: KMSClient, keyArn: string): Signer {
  return {
    async publicKey(): Promise<JWK> {
      const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: keyArn }));
      if (!PublicKey) throw new Error('KMS returned no public key');
      const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
      return exportJWK(key);
    },
    async sign(message) {
      const { Signature } = await client.send(
        new SignCommand({
          KeyId: keyArn,
          Message: createHash('sha256').update(message).digest(),
          MessageType: 'DIGEST',
          SigningAlgorithm: 'ECDSA_SHA_256',
        }),
      );
      if (!Signature) throw new Error('KMS returned no signature');
      return rawEcdsaSignature(Signature);
    },
  };
}
