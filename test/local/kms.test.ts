import { createHash, createPublicKey, verify } from 'node:crypto';
import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
  SignCommand,
  VerifyCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AwsEndpoint, startAwsEndpoint } from '../../local/aws-endpoint.ts';
import { createIam } from '../../local/iam.ts';
import { createKms } from '../../local/kms.ts';
import { resolveTemplate } from '../../local/template.ts';

const template = resolveTemplate(
  {
    Resources: {
      TokenKey: { Type: 'AWS::KMS::Key', Properties: { Description: 'task tokens' } },
      TokenAlias: {
        Type: 'AWS::KMS::Alias',
        Properties: {
          AliasName: 'alias/tokens',
          TargetKeyId: { 'Fn::GetAtt': ['TokenKey', 'Arn'] },
        },
      },
      OtherKey: { Type: 'AWS::KMS::Key' },
      SigningKey: {
        Type: 'AWS::KMS::Key',
        Properties: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
      },
      DisabledKey: { Type: 'AWS::KMS::Key', Properties: { Enabled: false } },
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          Policies: [
            {
              PolicyName: 'one-plane',
              PolicyDocument: {
                Statement: {
                  Effect: 'Allow',
                  Action: ['kms:Encrypt', 'kms:Decrypt'],
                  Resource: { 'Fn::GetAtt': ['TokenKey', 'Arn'] },
                  Condition: { StringEquals: { 'kms:EncryptionContext:planeId': 'kp_1' } },
                },
              },
            },
          ],
        },
      },
    },
  },
  'Stack',
);
const [tokenKey = '', otherKey = '', signingKey = '', disabledKey = ''] = template
  .ofType('AWS::KMS::Key')
  .map(({ arn }) => arn);
const keyId = tokenKey.split('/')[1] ?? '';

const iam = createIam(template);
const kms = createKms(template);
let endpoint: AwsEndpoint;
let person: KMSClient;
let role: KMSClient;

beforeAll(async () => {
  endpoint = await startAwsEndpoint({ services: [kms], iam });
  const clientOf = (credentials: { accessKeyId: string; secretAccessKey: string }) =>
    new KMSClient({ endpoint: endpoint.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  person = clientOf({ accessKeyId: 'auditor', secretAccessKey: 'any' });
  role = clientOf(iam.issueCredentials('Role'));
});
afterAll(async () => {
  await endpoint.close();
});

const SECRET = Buffer.from('a task token');
const CONTEXT = { planeId: 'kp_1', purpose: 'approval' };

async function encrypt(KeyId: string, EncryptionContext?: Record<string, string>) {
  const { CiphertextBlob } = await person.send(
    new EncryptCommand({
      KeyId,
      Plaintext: SECRET,
      ...(EncryptionContext && { EncryptionContext }),
    }),
  );
  return CiphertextBlob ?? new Uint8Array();
}

describe('encryption', () => {
  test.each([
    ['id', keyId],
    ['ARN', tokenKey],
    ['alias', 'alias/tokens'],
    ['ARN of the alias', 'arn:aws:kms:us-east-1:111122223333:alias/tokens'],
  ])('by the %s of the key; decryption finds the key itself', async (_, name) => {
    const CiphertextBlob = await encrypt(name, CONTEXT);
    expect(Buffer.from(CiphertextBlob).includes(SECRET)).toBe(false);
    const decrypted = await person.send(
      new DecryptCommand({
        CiphertextBlob,
        EncryptionContext: { purpose: 'approval', planeId: 'kp_1' },
      }),
    );
    expect(Buffer.from(decrypted.Plaintext ?? []).toString()).toBe('a task token');
    expect(decrypted.KeyId).toBe(tokenKey);
  });

  test.each([
    ['another value', { planeId: 'kp_2', purpose: 'approval' }],
    ['a pair less', { planeId: 'kp_1' }],
    ['no context', undefined],
  ])('%s in the encryption context decrypts nothing', async (_, EncryptionContext) => {
    const CiphertextBlob = await encrypt(tokenKey, CONTEXT);
    const decryption = new DecryptCommand({
      CiphertextBlob,
      ...(EncryptionContext && { EncryptionContext }),
    });
    await expect(person.send(decryption)).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
  });

  test('a changed ciphertext, or none at all, decrypts nothing', async () => {
    const changed = Buffer.from(await encrypt(tokenKey));
    changed.write('AAAA', changed.indexOf('"data":"') + '"data":"'.length);
    for (const CiphertextBlob of [changed, Buffer.from('nonsense')]) {
      await expect(person.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({
        name: 'InvalidCiphertextException',
      });
    }
  });

  test('a key that is named must be the right one', async () => {
    const decryption = new DecryptCommand({
      CiphertextBlob: await encrypt(tokenKey),
      KeyId: otherKey,
    });
    await expect(person.send(decryption)).rejects.toMatchObject({ name: 'IncorrectKeyException' });
  });

  test('a data key comes in the clear and encrypted', async () => {
    const { Plaintext = new Uint8Array(), CiphertextBlob } = await person.send(
      new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: 'AES_256', EncryptionContext: CONTEXT }),
    );
    expect(Plaintext.length).toBe(32);
    const decrypted = await person.send(
      new DecryptCommand({ CiphertextBlob, EncryptionContext: CONTEXT }),
    );
    expect(decrypted.Plaintext).toEqual(Plaintext);
  });

  test('more than 4,096 bytes are not encrypted', async () => {
    const encryption = new EncryptCommand({ KeyId: keyId, Plaintext: new Uint8Array(4097) });
    await expect(person.send(encryption)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('signatures', () => {
  const MESSAGE = Buffer.from('what was destroyed, and who approved it');
  const DIGEST = createHash('sha256').update(MESSAGE).digest();

  async function sign(Message: Buffer, MessageType: 'RAW' | 'DIGEST') {
    const { Signature } = await person.send(
      new SignCommand({
        KeyId: signingKey,
        Message,
        MessageType,
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
    );
    return Signature ?? new Uint8Array();
  }

  test('of a message and of its digest are verified by the public key alone', async () => {
    const { PublicKey, KeySpec, SigningAlgorithms } = await person.send(
      new GetPublicKeyCommand({ KeyId: signingKey }),
    );
    expect([KeySpec, SigningAlgorithms]).toEqual(['ECC_NIST_P256', ['ECDSA_SHA_256']]);
    const publicKey = createPublicKey({
      key: Buffer.from(PublicKey ?? []),
      format: 'der',
      type: 'spki',
    });
    expect(verify('sha256', MESSAGE, publicKey, await sign(MESSAGE, 'RAW'))).toBe(true);
    // Often enough to meet every length that r and s have in DER.
    for (let round = 0; round < 40; round++) {
      const signature = await sign(DIGEST, 'DIGEST');
      expect(verify('sha256', MESSAGE, publicKey, signature)).toBe(true);
      expect(verify('sha256', Buffer.from('something else'), publicKey, signature)).toBe(false);
    }
  });

  test.each(['RAW', 'DIGEST'] as const)('of a %s are verified by KMS', async (MessageType) => {
    const Message = MessageType === 'RAW' ? MESSAGE : DIGEST;
    const parameters = {
      KeyId: signingKey,
      MessageType,
      SigningAlgorithm: 'ECDSA_SHA_256',
    } as const;
    for (const signedAs of ['RAW', 'DIGEST'] as const) {
      const Signature = await sign(signedAs === 'RAW' ? MESSAGE : DIGEST, signedAs);
      const { SignatureValid } = await person.send(
        new VerifyCommand({ ...parameters, Message, Signature }),
      );
      expect(SignatureValid).toBe(true);

      const other = Buffer.from(Message);
      other[0] = (other[0] ?? 0) ^ 1;
      await expect(
        person.send(new VerifyCommand({ ...parameters, Message: other, Signature })),
      ).rejects.toMatchObject({ name: 'KMSInvalidSignatureException' });
    }
    await expect(
      person.send(new VerifyCommand({ ...parameters, Message, Signature: Buffer.from('none') })),
    ).rejects.toMatchObject({ name: 'KMSInvalidSignatureException' });
  });

  test('a digest has 32 bytes', async () => {
    await expect(sign(MESSAGE, 'DIGEST')).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('what KMS refuses', () => {
  test('keys that are not there, or disabled', async () => {
    await expect(encrypt('alias/nothing')).rejects.toMatchObject({ name: 'NotFoundException' });
    await expect(encrypt(disabledKey)).rejects.toMatchObject({ name: 'DisabledException' });
  });

  test('keys of another usage', async () => {
    await expect(encrypt(signingKey)).rejects.toMatchObject({ name: 'InvalidKeyUsageException' });
    const signing = new SignCommand({
      KeyId: tokenKey,
      Message: SECRET,
      SigningAlgorithm: 'ECDSA_SHA_256',
    });
    await expect(person.send(signing)).rejects.toMatchObject({ name: 'InvalidKeyUsageException' });
  });

  test('a role what its policy does not allow, by action, key and encryption context', async () => {
    const encryption = (KeyId: string, planeId?: string) =>
      role.send(
        new EncryptCommand({
          KeyId,
          Plaintext: SECRET,
          ...(planeId && { EncryptionContext: { planeId } }),
        }),
      );
    await expect(encryption('alias/tokens', 'kp_1')).resolves.toMatchObject({ KeyId: tokenKey });
    for (const refused of [
      encryption(tokenKey, 'kp_2'),
      encryption(tokenKey),
      encryption(otherKey, 'kp_1'),
      role.send(new DescribeKeyCommand({ KeyId: tokenKey })),
    ]) {
      await expect(refused).rejects.toMatchObject({ name: 'AccessDeniedException' });
    }
  });
});

test('a key describes itself', async () => {
  const { KeyMetadata } = await person.send(new DescribeKeyCommand({ KeyId: 'alias/tokens' }));
  expect(KeyMetadata).toMatchObject({
    Arn: tokenKey,
    KeyId: keyId,
    Description: 'task tokens',
    KeySpec: 'SYMMETRIC_DEFAULT',
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: 'Enabled',
  });
});

test('a key spec that is not provided is named at the start', () => {
  const rsa = resolveTemplate(
    { Resources: { Key: { Type: 'AWS::KMS::Key', Properties: { KeySpec: 'RSA_2048' } } } },
    'Stack',
  );
  expect(() => createKms(rsa)).toThrow(/^Key: .*ECC_NIST_P256/s);
});
