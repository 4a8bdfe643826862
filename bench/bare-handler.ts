import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
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
const ENGINE_FILES = ['cedar_wasm_bg.wasm', 'policies.json'];

interface Client {
  readonly imports: string;
  readonly make: string;
}

export interface BareHandler {
  /** Packages. An engine counts as a client: it has to be started before the handler can do anything. */
  readonly clients: readonly string[];
  readonly hasEngine: boolean;
  readonly directory: string;
}

/**
 * The floor of a Lambda's bundle and cold start: a handler that makes the same clients and does nothing. Which clients
 * those are, and whether a policy engine is one, is read off what esbuild put into the Lambda's own bundle.
 * @param directory of the Lambda's bundle
 * @param policies false for an engine that is started and has none, to tell what they take
 */
export async function buildBareHandler(
  name: string,
  entryFile: string,
  directory: string,
  { policies }: { readonly policies: boolean } = { policies: true },
): Promise<BareHandler> {
  const clients = await clientsOf(entryFile);
  const hasEngine = clients.includes(ENGINE);
  const made = [
    ...(hasEngine ? [engine(policies)] : []),
    ...clients.filter((client) => client !== ENGINE).map(sdkClient),
  ];
  const text = [
    ...made.map(({ imports }) => imports),
    `const clients = [${made.map(({ make }) => make).join(', ')}];`,
    'export const handler = async () => clients.length;',
  ].join('\n');
  const bare = await buildFunction(`${policies ? 'bare' : 'barest'}-${name}`, { text });
  if (hasEngine)
    for (const file of ENGINE_FILES) copyFileSync(join(directory, file), join(bare, file));
  return { clients, hasEngine, directory: bare };
}

function sdkClient(client: string): Client {
  const className = CLIENT_CLASSES[client];
  if (className === undefined) throw new Error(`no client class known in ${client}`);
  return { imports: `import { ${className} } from '${client}';`, make: `new ${className}()` };
}

/**
 * Started as the product does it: compiled by V8 while the clients are loaded, which is why its import is the first.
 * Without policies it could decide nothing, as a client without a region could call nothing.
 */
function engine(policies: boolean): Client {
  const prepare = `preparsePolicySet('all', { staticPolicies: Object.fromEntries(
    JSON.parse(readAsset('policies.json').toString()).map(({ id, json }) => [id, json])) })`;
  return {
    imports: [
      `import { cedarModule, readAsset } from './lambdas/policy-gate/compile-cedar.ts';`,
      `import { initSync, preparsePolicySet } from '${ENGINE}/web';`,
    ].join('\n'),
    make: `initSync({ module: await cedarModule })${policies ? `, ${prepare}` : ''}`,
  };
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
