import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { WireError } from '../json-wire.ts';
import type { Template, TemplateResource } from '../template.ts';

interface KeyDescription {
  readonly keyId: string;
  readonly arn: string;
  readonly description: string;
  readonly enabled: boolean;
}
export interface EncryptionKey extends KeyDescription {
  readonly spec: 'SYMMETRIC_DEFAULT';
  readonly usage: 'ENCRYPT_DECRYPT';
  readonly secret: Buffer;
}
export interface SigningKey extends KeyDescription {
  readonly spec: 'ECC_NIST_P256';
  readonly usage: 'SIGN_VERIFY';
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}
export type Key = EncryptionKey | SigningKey;

/** The keys of a template. Their material is new in every run and never leaves the process. */
export interface KeyRing {
  /**
   * @param name a key's id or ARN, an alias or its ARN
   * @throws WireError NotFoundException, or DisabledException
   */
  find(name: string): Key;
}

const keySchema = z.object({
  KeySpec: z.enum(['SYMMETRIC_DEFAULT', 'ECC_NIST_P256']).default('SYMMETRIC_DEFAULT'),
  KeyUsage: z.enum(['ENCRYPT_DECRYPT', 'SIGN_VERIFY']).default('ENCRYPT_DECRYPT'),
  Description: z.string().default(''),
  Enabled: z.boolean().default(true),
});
const aliasSchema = z.object({ AliasName: z.string(), TargetKeyId: z.string() });

/** @throws Error naming a key whose spec is not provided here */
export function createKeyRing(template: Template): KeyRing {
  const keys = new Map(
    template.ofType('AWS::KMS::Key').map((resource) => [resource.ref, createKey(resource)]),
  );
  const aliases = new Map(
    template.ofType('AWS::KMS::Alias').map(({ properties }) => {
      const { AliasName, TargetKeyId } = aliasSchema.parse(properties);
      return [AliasName, resourceId(TargetKeyId)];
    }),
  );
  return {
    find(name) {
      const id = resourceId(name);
      const key = keys.get(aliases.get(id) ?? id);
      if (!key) throw new WireError('NotFoundException', `Key '${name}' does not exist`);
      if (!key.enabled) throw new WireError('DisabledException', `${key.arn} is disabled.`);
      return key;
    },
  };
}

/** `alias/<name>` or a key id, out of an ARN or as it is. */
function resourceId(name: string): string {
  const resource = name.startsWith('arn:') ? name.split(':').slice(5).join(':') : name;
  return resource.startsWith('key/') ? resource.slice('key/'.length) : resource;
}

function createKey({ logicalId, properties, ref, arn }: TemplateResource): Key {
  const parsed = keySchema.safeParse(properties);
  if (!parsed.success) throw new Error(`${logicalId}: ${z.prettifyError(parsed.error)}`);
  const { KeySpec, KeyUsage, Description, Enabled } = parsed.data;
  const description = { keyId: ref, arn: arn ?? ref, description: Description, enabled: Enabled };
  if (KeySpec === 'SYMMETRIC_DEFAULT' && KeyUsage === 'ENCRYPT_DECRYPT') {
    return { ...description, spec: KeySpec, usage: KeyUsage, secret: randomBytes(32) };
  }
  if (KeySpec === 'ECC_NIST_P256' && KeyUsage === 'SIGN_VERIFY') {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return { ...description, spec: KeySpec, usage: KeyUsage, ...pair };
  }
  throw new Error(`${logicalId}: KMS here has no ${KeySpec} keys for ${KeyUsage}`);
}
