import { runCommand } from '../command/run-command.ts';
import { parseArguments, USAGE } from './arguments.ts';
import { assertPortsFree } from './assert-ports-free.ts';
import { startCloud } from './cloud.ts';
import { readMarkdown } from './demo/documents.ts';
import { createSamplePlane } from './demo/sample-plane.ts';
import { instructions } from './instructions.ts';
import { synthesise } from './synthesise.ts';

async function main(argv: readonly string[]): Promise<number> {
  const { port, documents: folder, help } = parseArguments(argv);
  if (help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const documents = await readMarkdown(folder);
  await assertPortsFree([port, port + 1]);
  process.stdout.write('Synthesising the stack …\n');
  await using assembly = await synthesise();
  await using cloud = await startCloud({
    assemblyDirectory: assembly.path,
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
  // Until a signal ends the process.
  return await new Promise<never>(() => undefined);
}

await runCommand('local', main);
