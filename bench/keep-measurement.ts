import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Figure } from './figure.ts';
import { MEASURED_FILE, type Measurement, type ProjectionBasis } from './measurement.ts';
import { withMeasurement } from './performance-doc.ts';
import { thisMachine } from './this-machine.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENT = fileURLToPath(new URL('../docs/performance.md', import.meta.url));

/** Keeps a full run for projections, and shows it in docs/performance.md. */
export function keepMeasurement(figures: readonly Figure[], basis: ProjectionBasis): void {
  const measurement: Measurement = {
    measuredOn: new Date().toISOString().slice(0, 10),
    commit:
      git('rev-parse', '--short', 'HEAD') +
      (git('status', '--porcelain', '--', 'infra', 'lambdas', 'local', 'bench') === ''
        ? ''
        : ' with changes'),
    machine: thisMachine(),
    figures,
    basis,
  };
  writeFileSync(MEASURED_FILE, `${JSON.stringify(measurement, null, 2)}\n`);
  writeFileSync(DOCUMENT, withMeasurement(readFileSync(DOCUMENT, 'utf8'), measurement));
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: PROJECT, encoding: 'utf8' }).trim();
}
