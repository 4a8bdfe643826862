import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { WireError } from '../json-wire.ts';

/** Bound to the ciphertext: who decrypts must say the same. */
export type EncryptionContext = Readonly<Record<string, string>>;

/**
 * What `CiphertextBlob` holds, in JSON. On AWS it is opaque, but carries the key's id just the same: Decrypt needs none.
 */
const blobSchema = z.object({
  keyId: z.string(),
  iv: z.base64(),
  tag: z.base64(),
  data: z.base64(),
});

/** AES-256-GCM; the encryption context is additional authenticated data. */
export function encrypt(
  keyId: string,
  secret: Buffer,
  plaintext: Buffer,
  context: EncryptionContext,
): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(authenticated(context));
  const data = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const blob = { keyId, iv, tag: cipher.getAuthTag(), data };
  return Buffer.from(
    JSON.stringify(blob, (_, value) =>
      value?.type === 'Buffer' ? Buffer.from(value.data).toString('base64') : value,
    ),
  );
}

/** @throws WireError InvalidCiphertextException when this is no ciphertext of ours */
export function keyIdOf(blob: Buffer): string {
  return readBlob(blob).keyId;
}

/** @throws WireError InvalidCiphertextException for another key, another context or a changed ciphertext */
export function decrypt(secret: Buffer, blob: Buffer, context: EncryptionContext): Buffer {
  const { iv, tag, data } = readBlob(blob);
  try {
    const decipher = createDecipheriv('aes-256-gcm', secret, Buffer.from(iv, 'base64'))
      .setAAD(authenticated(context))
      .setAuthTag(Buffer.from(tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]);
  } catch (error) {
    throw invalidCiphertext(error);
  }
}

function readBlob(blob: Buffer): z.infer<typeof blobSchema> {
  try {
    return blobSchema.parse(JSON.parse(blob.toString('utf8')));
  } catch (error) {
    throw invalidCiphertext(error);
  }
}

/** KMS says no more than the name, so that nobody can feel their way along. */
function invalidCiphertext(cause: unknown): WireError {
  const error = new WireError('InvalidCiphertextException', '');
  error.cause = cause;
  return error;
}

/** The order of the pairs does not matter. */
function authenticated(context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(pairs));
}
