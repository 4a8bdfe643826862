import { calculateJwkThumbprint, type JWK } from 'jose';
import type { SigningKeys } from '../api/ports.ts';
import type { Signer } from './signer.ts';

/** What the signer's key is called, so that whoever has a signature finds it: the header names it by the same `kid`. */
export function signingKeys(signer: Pick<Signer, 'publicKey'>): SigningKeys {
  let key: Promise<JWK> | undefined;
  return {
    async read() {
      key ??= named(signer);
      try {
        return [await key];
      } catch (error) {
        key = undefined;
        throw error;
      }
    },
  };
}

async function named(signer: Pick<Signer, 'publicKey'>): Promise<JWK> {
  const { kty, crv, x, y } = await signer.publicKey();
  const key = { kty, crv, x, y } as JWK;
  return { ...key, kid: await calculateJwkThumbprint(key), alg: 'ES256', use: 'sig' };
}
