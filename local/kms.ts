import { type AwsService, LOCAL_ACCOUNT } from './aws-service.ts';
import { readJson, sendJson, sendRefusal, WireError } from './json-wire.ts';
import { createKeyRing, type Key } from './kms/key.ts';
import { type KmsInput, OPERATIONS, parseKmsInput } from './kms/operations.ts';
import type { Template } from './template.ts';

/** KMS of the embedded cloud, with the keys and aliases of the template. AWS JSON 1.1. */
export function createKms(template: Template): AwsService {
  const keys = createKeyRing(template);
  return {
    signingName: 'kms',
    async handle(request, response, caller) {
      try {
        const name = String(request.headers['x-amz-target']).split('.')[1] ?? '';
        const operation = OPERATIONS[name];
        if (!operation) {
          throw new WireError('UnknownOperationException', `KMS here has no ${name}`);
        }
        const input = parseKmsInput(await readJson(request));
        const key = operation.key(input, keys);
        caller.authorise(`kms:${name}`, key.arn, conditionKeys(name, key, input));
        sendJson(response, 200, operation.run(key, input));
      } catch (error) {
        sendRefusal(response, error);
      }
    },
    close: async () => {},
  };
}

/** https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
function conditionKeys(
  operation: string,
  key: Key,
  input: KmsInput,
): Readonly<Record<string, string | readonly string[]>> {
  const signs = operation === 'Sign' || operation === 'Verify';
  const context = Object.entries(input.EncryptionContext);
  return {
    'kms:CallerAccount': LOCAL_ACCOUNT,
    'kms:KeySpec': key.spec,
    'kms:KeyUsage': key.usage,
    // No service calls on behalf of another: buckets and tables encrypt without asking.
    'kms:ViaService': [],
    'kms:RequestAlias': input.KeyId?.includes('alias/')
      ? input.KeyId.slice(input.KeyId.indexOf('alias/'))
      : [],
    'kms:EncryptionAlgorithm': key.usage === 'ENCRYPT_DECRYPT' ? input.EncryptionAlgorithm : [],
    'kms:SigningAlgorithm': signs ? (input.SigningAlgorithm ?? []) : [],
    'kms:MessageType': signs ? input.MessageType : [],
    'kms:EncryptionContextKeys': context.map(([name]) => name),
    ...Object.fromEntries(context.map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
  };
}
