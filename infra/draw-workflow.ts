import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWorkflowDefinition } from './workflow-definition.ts';
import { withWorkflowDiagram } from './workflow-diagram.ts';

// `npm run diagram` redraws the picture from what `npm run synth` wrote.
const root = join(import.meta.dirname, '..');
const readme = join(root, 'README.md');
const definition = readWorkflowDefinition(join(root, 'cdk.out'), 'Offboarding-prod');
writeFileSync(readme, withWorkflowDiagram(readFileSync(readme, 'utf8'), definition));
