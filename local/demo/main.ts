import { startCloud } from '../cloud.ts';
import { synthesise } from '../synthesise.ts';
import { parseArguments, USAGE } from './arguments.ts';
import { readMarkdown } from './documents.ts';
import { consoleReporter, jsonReporter } from './reporter.ts';
import { tellStory } from './story.ts';
import { timeline } from './timeline.ts';

async function main(): Promise<number> {
  const { documents: folder, question, json, help } = parseArguments(process.argv.slice(2));
  if (help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const report = json ? jsonReporter(process.stdout) : consoleReporter(process.stdout);
  const documents = await readMarkdown(folder);
  report.act('The cloud, from the template that `cdk deploy` sends');
  const { introduce, onEvent } = timeline(report);
  await using cloud = await startCloud({
    assemblyDirectory: await synthesise(),
    stackName: 'Offboarding-dev',
    clock: 'virtual',
    onEvent,
  });
  report.say(`API ${cloud.apiUrl}, AWS endpoint ${cloud.endpointUrl}`);
  await tellStory({ cloud, report, introduce, question }, documents);
  report.end();
  return report.failed.length === 0 ? 0 : 1;
}

// A reader that has seen enough (`| head`) ends neither the checks nor the clean-up.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
