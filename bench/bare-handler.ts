import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS } from '../infra/bundle.ts';
import { buildFunction } from './build-function.ts';

/** Of each SDK package the class that is the client. */
const CLIENT_CLASSES: Readonly<Record<string, string>> = {
  '@aws-sdk/client-dynamodb': 'DynamoDBClient',
  '@aws-sdk/client-eventbridge': 'EventBridgeClient',
  '@aws-sdk/client-kms': 'KMSClient',
  '@aws-sdk/client-lambda': 'LambdaClient',
  '@aws-sdk/client-s3': 'S3Client',
  '@aws-sdk/client-scheduler': 'SchedulerClient',
  '@aws-sdk/client-sfn': 'SFNClient',
};

/** Evaluates policies, and takes longer to start than all clients together. */
const ENGINE = '@cedar-policy/cedar-wasm';
const ENGINE_CODE = 'cedar_wasm_bg.wasm';

export interface BareHandler {
  /** Packages. An engine counts as a client: it has to be started before the handler can do anything. */
  readonly clients: readonly string[];
  readonly directory: string;
}

/**
 * The floor of a Lambda's bundle and cold start: a handler that makes the same clients and does nothing. Which clients
 * those are, and whether a policy engine is one, is read off what esbuild put into the Lambda's own bundle.
 */
export async function buildBareHandler(name: string, entryFile: string): Promise<BareHandler> {
  const clients = await clientsOf(entryFile);
  const makes = clients.map((client) => {
    if (client === ENGINE)
      return {
        imports: `import { initSync } from '${ENGINE}/web'; import { readFileSync } from 'node:fs';`,
        make: `initSync({ module: readFileSync(import.meta.dirname + '/${ENGINE_CODE}') })`,
      };
    const className = CLIENT_CLASSES[client];
    if (className === undefined) throw new Error(`no client class known in ${client}`);
    return { imports: `import { ${className} } from '${client}';`, make: `new ${className}()` };
  });
  const text = [
    ...makes.map(({ imports }) => imports),
    `const clients = [${makes.map(({ make }) => make).join(', ')}];`,
    'export const handler = async () => clients.length;',
  ].join('\n');
  const directory = await buildFunction(`bare-${name}`, { text });
  if (clients.includes(ENGINE))
    copyFileSync(
      join(dirname(fileURLToPath(import.meta.resolve(`${ENGINE}/web`))), ENGINE_CODE),
      join(directory, ENGINE_CODE),
    );
  return { clients, directory };
}

async function clientsOf(entryFile: string): Promise<readonly string[]> {
  const { metafile } = await build({
    ...BUNDLE_OPTIONS,
    entryPoints: [entryFile],
    outdir: 'unused',
    write: false,
    metafile: true,
  });
  const clients = new Set<string>();
  for (const { inputs } of Object.values(metafile.outputs))
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [client] = /@aws-sdk\/client-[a-z0-9-]+|@cedar-policy\/cedar-wasm/.exec(file) ?? [];
      if (client !== undefined && bytesInOutput > 0) clients.add(client);
    }
  return [...clients].sort();
}
