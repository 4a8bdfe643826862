import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startCloud } from './cloud.ts';
import { readMarkdown } from './demo/documents.ts';
import { createSamplePlane } from './demo/sample-plane.ts';
import { instructions } from './instructions.ts';
import { synthesise } from './synthesise.ts';

const USAGE = `npm run local -- [options]

  --port <number>       port of the API; the AWS endpoint takes the next one (default 4510)
  --documents <folder>  Markdown files of the sample plane (default: docs/)
  --help                this text
`;

const DOCS = fileURLToPath(new URL('../docs', import.meta.url));

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4510' },
      documents: { type: 'string', default: DOCS },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const port = parsePort(values.port);
  const documents = await readMarkdown(values.documents);
  process.stdout.write('Synthesising the stack …\n');
  await using cloud = await startCloud({
    assemblyDirectory: await synthesise(),
    stackName: 'Offboarding-dev',
    clock: 'real',
    apiPort: port,
    endpointPort: port + 1,
    onLog: ({ functionName, line }) => process.stderr.write(`${functionName} ${line}\n`),
  });
  const plane = await createSamplePlane(cloud, {
    name: 'handbook',
    tenantId: 'tenant-a',
    documents,
  });
  process.stdout.write(instructions(cloud, plane));
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  process.stdout.write('\nStopping; nothing is kept.\n');
}

/** @throws Error unless two ports in a row can be had from here, as far as numbers go */
function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_534)
    throw new Error(`--port ${text}: must be a whole number from 1 to 65534`);
  return port;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`local: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
