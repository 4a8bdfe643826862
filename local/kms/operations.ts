import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { LOCAL_ACCOUNT } from '../aws-service.ts';
import { WireError } from '../json-wire.ts';
import { decrypt, encrypt, keyIdOf } from './ciphertext.ts';
import { signMessage, verifyMessage } from './ecdsa-signature.ts';
import type { EncryptionKey, Key, KeyRing, SigningKey } from './key.ts';

const bytes = z.base64().transform((text) => Buffer.from(text, 'base64'));
const encryptionContext = z.record(z.string(), z.string()).default({});
const symmetric = z.literal('SYMMETRIC_DEFAULT').default('SYMMETRIC_DEFAULT');
/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html#API_Encrypt_RequestParameters */
const MAX_PLAINTEXT_BYTES = 4096;

const inputSchema = z.object({
  KeyId: z.string().optional(),
  Plaintext: bytes.optional(),
  CiphertextBlob: bytes.optional(),
  EncryptionContext: encryptionContext,
  EncryptionAlgorithm: symmetric,
  KeySpec: z.enum(['AES_256', 'AES_128']).optional(),
  NumberOfBytes: z.int().min(1).max(1024).optional(),
  Message: bytes.optional(),
  MessageType: z.enum(['RAW', 'DIGEST']).default('RAW'),
  SigningAlgorithm: z.literal('ECDSA_SHA_256').optional(),
  Signature: bytes.optional(),
});
export type KmsInput = z.infer<typeof inputSchema>;

/** @throws WireError ValidationException */
export function parseKmsInput(input: unknown): KmsInput {
  const parsed = inputSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new WireError('ValidationException', z.prettifyError(parsed.error));
}

interface Operation {
  /** Which key the call is about. Decrypt may find it in the ciphertext. */
  readonly key: (input: KmsInput, keys: KeyRing) => Key;
  readonly run: (key: Key, input: KmsInput) => object;
}

const named: Operation['key'] = (input, keys) => keys.find(required(input, 'KeyId'));

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  Encrypt: {
    key: named,
    run(key, input) {
      const { secret, keyId, arn } = encryptionKey(key);
      const plaintext = required(input, 'Plaintext');
      if (plaintext.length === 0 || plaintext.length > MAX_PLAINTEXT_BYTES) {
        throw new WireError(
          'ValidationException',
          `'plaintext' must have a length between 1 and ${MAX_PLAINTEXT_BYTES}`,
        );
      }
      return {
        CiphertextBlob: text(encrypt(keyId, secret, plaintext, input.EncryptionContext)),
        KeyId: arn,
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    },
  },
  Decrypt: {
    key(input, keys) {
      const inside = keyIdOf(required(input, 'CiphertextBlob'));
      if (input.KeyId !== undefined && keys.find(input.KeyId).keyId !== inside) {
        throw new WireError(
          'IncorrectKeyException',
          'The key ID in the request does not identify a CMK that can perform this operation.',
        );
      }
      return keys.find(inside);
    },
    run(key, input) {
      const { secret, arn } = encryptionKey(key);
      const plaintext = decrypt(secret, required(input, 'CiphertextBlob'), input.EncryptionContext);
      return { Plaintext: text(plaintext), KeyId: arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    },
  },
  GenerateDataKey: { key: named, run: (key, input) => generateDataKey(key, input) },
  GenerateDataKeyWithoutPlaintext: {
    key: named,
    run(key, input) {
      const { Plaintext: _, ...rest } = generateDataKey(key, input);
      return rest;
    },
  },
  Sign: {
    key: named,
    run(key, input) {
      const signature = signMessage(signingKey(key), required(input, 'Message'), input.MessageType);
      return { KeyId: key.arn, Signature: text(signature), SigningAlgorithm: 'ECDSA_SHA_256' };
    },
  },
  Verify: {
    key: named,
    run(key, input) {
      const message = required(input, 'Message');
      const signature = required(input, 'Signature');
      if (!verifyMessage(signingKey(key), message, input.MessageType, signature)) {
        throw new WireError('KMSInvalidSignatureException', '');
      }
      return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: 'ECDSA_SHA_256' };
    },
  },
  GetPublicKey: {
    key: named,
    run(key) {
      const { arn, publicKey, spec, usage } = signingKey(key, 'UnsupportedOperationException');
      return {
        KeyId: arn,
        PublicKey: text(publicKey.export({ format: 'der', type: 'spki' })),
        KeySpec: spec,
        CustomerMasterKeySpec: spec,
        KeyUsage: usage,
        SigningAlgorithms: ['ECDSA_SHA_256'],
      };
    },
  },
  DescribeKey: {
    key: named,
    run: (key) => ({
      KeyMetadata: {
        AWSAccountId: LOCAL_ACCOUNT,
        Arn: key.arn,
        KeyId: key.keyId,
        Description: key.description,
        Enabled: key.enabled,
        KeyState: 'Enabled',
        KeyManager: 'CUSTOMER',
        Origin: 'AWS_KMS',
        MultiRegion: false,
        KeySpec: key.spec,
        CustomerMasterKeySpec: key.spec,
        KeyUsage: key.usage,
        ...(key.usage === 'SIGN_VERIFY'
          ? { SigningAlgorithms: ['ECDSA_SHA_256'] }
          : { EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] }),
      },
    }),
  },
};

function generateDataKey(key: Key, input: KmsInput) {
  const { secret, keyId, arn } = encryptionKey(key);
  const length = input.NumberOfBytes ?? (input.KeySpec === 'AES_128' ? 16 : 32);
  const dataKey = randomBytes(length);
  return {
    Plaintext: text(dataKey),
    CiphertextBlob: text(encrypt(keyId, secret, dataKey, input.EncryptionContext)),
    KeyId: arn,
  };
}

function encryptionKey(key: Key): EncryptionKey {
  if (key.usage === 'ENCRYPT_DECRYPT') return key;
  throw wrongUsage(key);
}

function signingKey(key: Key, errorName?: string): SigningKey {
  if (key.usage === 'SIGN_VERIFY') return key;
  throw wrongUsage(key, errorName);
}

function wrongUsage(key: Key, errorName = 'InvalidKeyUsageException'): WireError {
  return new WireError(errorName, `${key.arn} key usage is ${key.usage} which is not valid here.`);
}

function required<Name extends keyof KmsInput>(
  input: KmsInput,
  name: Name,
): NonNullable<KmsInput[Name]> {
  const value = input[name];
  if (value === undefined) {
    throw new WireError('ValidationException', `Value null at '${name}' must not be null`);
  }
  return value as NonNullable<KmsInput[Name]>;
}

function text(value: Buffer): string {
  return value.toString('base64');
}
