import { createHash, createHmac, randomBytes } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { SigningSha256 } from '../../lambdas/stores/signing-sha256.ts';

const LINE = Buffer.from('what is signed');

async function hashed(secret?: ConstructorParameters<typeof SigningSha256>[0]): Promise<string> {
  const hash = new SigningSha256(secret);
  hash.update(LINE.subarray(0, 4));
  hash.update(LINE.subarray(4));
  return Buffer.from(await hash.digest()).toString('hex');
}

function hmac(secret: string | Uint8Array): string {
  return createHmac('sha256', secret).update(LINE).digest('hex');
}

describe('the hash of signatures', () => {
  it('is SHA-256', async () => {
    expect(await hashed()).toBe(createHash('sha256').update(LINE).digest('hex'));
  });

  it.each(['secret', '', 'sëcret', 'x'.repeat(100)])(
    'is the HMAC under the text %j',
    async (secret) => {
      expect(await hashed(secret)).toBe(hmac(secret));
      expect(await hashed(secret)).toBe(hmac(secret));
    },
  );

  it('is the HMAC under bytes, wherever they lie', async () => {
    const bytes = new Uint8Array(randomBytes(40));
    for (const part of [bytes, bytes.subarray(8), bytes.subarray(8, 20)])
      expect(await hashed(part)).toBe(hmac(part));
    expect(await hashed(bytes.buffer)).toBe(hmac(bytes));
    expect(await hashed(new DataView(bytes.buffer, 8, 12))).toBe(hmac(bytes.subarray(8, 20)));
  });

  it('keeps keys apart, however many there are', async () => {
    const secrets = Array.from({ length: 100 }, (_, number) => `secret ${number}`);
    for (const secret of [...secrets, ...secrets]) expect(await hashed(secret)).toBe(hmac(secret));
  });

  it('begins anew', async () => {
    const hash = new SigningSha256('secret');
    hash.update(Buffer.from('something else'));
    hash.reset();
    hash.update(LINE);
    expect(Buffer.from(await hash.digest()).toString('hex')).toBe(hmac('secret'));
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Example: GET Object"
  it('signs the request of the documentation as the documentation does', async () => {
    const signer = new SignatureV4({
      service: 's3',
      region: 'us-east-1',
      credentials: {
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      },
      sha256: SigningSha256,
      uriEscapePath: false,
    });
    const request = {
      method: 'GET',
      protocol: 'https:',
      hostname: 'examplebucket.s3.amazonaws.com',
      path: '/test.txt',
      headers: { host: 'examplebucket.s3.amazonaws.com', range: 'bytes=0-9' },
    };
    const signingDate = new Date('2013-05-24T00:00:00Z');
    // The second time with the keys that are kept.
    for (let time = 1; time <= 2; time += 1) {
      const { headers } = await signer.sign(
        { ...request, headers: { ...request.headers } },
        { signingDate },
      );
      expect(headers.authorization).toMatch(
        /Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/,
      );
    }
  });
});
