import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { WorkflowDefinition } from '../../infra/workflow-definition.ts';
import { withWorkflowDiagram, workflowDiagram } from '../../infra/workflow-diagram.ts';
import { definitionOf, stateOf } from '../support/workflow-graph.ts';

const definition = definitionOf('Offboarding-prod');

describe('the picture of the workflow', () => {
  it('is what the README shows (npm run synth && npm run diagram redraws it)', () => {
    const readme = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
    expect(readme).toBe(withWorkflowDiagram(readme, definition));
  });

  it('needs a place on the page', () => {
    expect(() => withWorkflowDiagram('# A page', definition)).toThrow(
      'the page has no <!-- workflow',
    );
  });

  it('cannot be drawn of a step whose failure is not recorded', () => {
    const { Catch: _, ...uncaught } = stateOf(definition, 'Purge');
    const careless: WorkflowDefinition = {
      ...definition,
      States: { ...definition.States, Purge: uncaught },
    };
    expect(() => workflowDiagram(careless)).toThrow(
      'Purge does not end its failures as the other steps do',
    );
  });
});
