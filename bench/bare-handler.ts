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

export interface BareHandler {
  readonly clients: readonly string[];
  readonly directory: string;
}

/**
 * The floor of a Lambda's bundle and cold start: a handler that makes the same clients and does nothing. Which clients
 * those are is read off what esbuild put into the Lambda's own bundle.
 */
export async function buildBareHandler(name: string, entryFile: string): Promise<BareHandler> {
  const clients = await clientsOf(entryFile);
  const makes = clients.map((client) => {
    const className = CLIENT_CLASSES[client];
    if (className === undefined) throw new Error(`no client class known in ${client}`);
    return { imports: `import { ${className} } from '${client}';`, make: `new ${className}()` };
  });
  const text = [
    ...makes.map(({ imports }) => imports),
    `const clients = [${makes.map(({ make }) => make).join(', ')}];`,
    'export const handler = async () => clients.length;',
  ].join('\n');
  return { clients, directory: await buildFunction(`bare-${name}`, { text }) };
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
      const [client] = /@aws-sdk\/client-[a-z0-9-]+/.exec(file) ?? [];
      if (client !== undefined && bytesInOutput > 0) clients.add(client);
    }
  return [...clients].sort();
}
