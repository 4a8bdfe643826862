import { runCommand } from '../command/run-command.ts';
import { synthesise } from '../local/synthesise.ts';
import { archiveLargeObjects } from './archive-large-objects.ts';
import { archiveSmallObjects } from './archive-small-objects.ts';
import { parseArguments, ROWS, type RowName, USAGE } from './arguments.ts';
import { startBenchCloud } from './bench-cloud.ts';
import { coldStart } from './cold-start.ts';
import { type Figure, holds } from './figure.ts';
import { inventoryMemory } from './inventory-memory.ts';
import { keepMeasurement } from './keep-measurement.ts';
import { type ProjectionBasis, readMeasurement } from './measurement.ts';
import { FULL_SIZE, type Measure, QUICK_SIZE } from './measures.ts';
import { offboardingCost } from './offboarding-cost.ts';
import { packMemory } from './pack-memory.ts';
import { projectionJson, projectionText } from './projection-text.ts';
import { purgeRequests } from './purge-requests.ts';
import { figureJson, tableText } from './table.ts';

const MEASURES: Readonly<Record<RowName, Measure>> = {
  'archive-small-objects': archiveSmallObjects,
  'archive-large-objects': archiveLargeObjects,
  'pack-memory': packMemory,
  'inventory-memory': inventoryMemory,
  'purge-requests': purgeRequests,
  'cold-start': coldStart,
  'offboarding-cost': offboardingCost,
};

async function main(argv: readonly string[]): Promise<number> {
  const { rows, quick, json, help, project, retentionDays } = parseArguments(argv);
  if (help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  if (project) {
    const print = json ? projectionJson : projectionText;
    process.stdout.write(print(project, readMeasurement(), retentionDays));
    return 0;
  }
  const size = quick ? QUICK_SIZE : FULL_SIZE;
  await using assembly = await synthesise();
  const startCloud = () => startBenchCloud(assembly.path);
  const figures: Figure[] = [];
  let basis: Partial<ProjectionBasis> = {};
  for (const row of rows) {
    const progress = (line: string) => process.stderr.write(`${row}: ${line}\n`);
    progress('…');
    const measured = await MEASURES[row]({ startCloud, size, progress });
    figures.push(...measured.figures);
    basis = { ...basis, ...measured.basis };
    if (json) process.stdout.write(measured.figures.map(figureJson).join(''));
  }
  if (!json)
    process.stdout.write(
      `${quick ? 'QUICK: smaller sizes than the claims are about\n' : ''}${tableText(figures)}`,
    );
  if (!quick && ROWS.every((row) => rows.includes(row)))
    keepMeasurement(figures, basis as ProjectionBasis);
  return figures.some((figure) => holds(figure) === false) ? 1 : 0;
}

await runCommand('bench', main);
