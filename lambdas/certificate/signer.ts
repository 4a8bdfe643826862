import type { JWK } from 'jose';

/** A P-256 key that signs somewhere else; its private half is never seen here. */
export interface Signer {
  publicKey(): Promise<JWK>;
  /** ES256. @returns `r || s`, 64 bytes */
  sign(message: Uint8Array): Promise<Uint8Array>;
}
