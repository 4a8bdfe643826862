import { base64url, calculateJwkThumbprint } from 'jose';
import { canonicalJson } from '../core/canonical.ts';
import type { Signer } from './signer.ts';

/** Media types without `application/`, as RFC 7515 has them in `typ`: one kind of statement never passes for another. */
export type StatementType = 'purge-certificate+json' | 'ledger-checkpoint+json';

export interface SignedStatement {
  /** JWS compact serialisation, RFC 7515. */
  readonly jws: string;
  /** RFC 7638 thumbprint of the public key: it names the key without asking anybody. */
  readonly keyId: string;
}

/** Signs the canonical JSON of a statement, so that the same statement always has the same payload. */
export async function signStatement(
  statement: object,
  typ: StatementType,
  signer: Signer,
): Promise<SignedStatement> {
  const keyId = await calculateJwkThumbprint(await signer.publicKey());
  const header = { alg: 'ES256', kid: keyId, typ };
  const input = `${base64url.encode(canonicalJson(header))}.${base64url.encode(canonicalJson(statement))}`;
  const signature = await signer.sign(new TextEncoder().encode(input));
  return { jws: `${input}.${base64url.encode(signature)}`, keyId };
}
