import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWorkflowDefinition } from './workflow-definition.ts';
import { workflowPage } from './workflow-diagram.ts';

// `npm run diagram` redraws the picture from what `npm run synth` wrote.
const root = join(import.meta.dirname, '..');
const definition = readWorkflowDefinition(join(root, 'cdk.out'), 'Offboarding-prod');
writeFileSync(join(root, 'docs', 'workflow.md'), workflowPage(definition));
