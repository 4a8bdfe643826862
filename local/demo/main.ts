import { runCommand } from '../../command/run-command.ts';
import { startCloud } from '../cloud.ts';
import { synthesise } from '../synthesise.ts';
import { parseArguments, USAGE } from './arguments.ts';
import { readMarkdown } from './documents.ts';
import { consoleReporter, jsonReporter } from './reporter.ts';
import { tellStory } from './story.ts';
import { timeline } from './timeline.ts';

async function main(argv: readonly string[]): Promise<number> {
  const { documents: folder, question, json, help } = parseArguments(argv);
  if (help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const report = json ? jsonReporter(process.stdout) : consoleReporter(process.stdout);
  const documents = await readMarkdown(folder);
  report.act('The cloud, from the template that `cdk deploy` sends');
  const { introduce, onEvent } = timeline(report);
  await using assembly = await synthesise();
  await using cloud = await startCloud({
    assemblyDirectory: assembly.path,
    stackName: 'Offboarding-dev',
    clock: 'virtual',
    onEvent,
  });
  report.say(`API ${cloud.apiUrl}, AWS endpoint ${cloud.endpointUrl}`);
  await tellStory({ cloud, report, introduce, question }, documents);
  report.end();
  return report.failed.length === 0 ? 0 : 1;
}

await runCommand('demo', main);
