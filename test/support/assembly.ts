import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export type StackName = 'Offboarding-dev' | 'Offboarding-prod';

/** The template that `cdk deploy` would send, as synthesised for this run. */
export function readTemplate(stack: StackName): Readonly<Record<string, unknown>> {
  return JSON.parse(
    readFileSync(join(inject('assemblyDirectory'), `${stack}.template.json`), 'utf8'),
  );
}

export function resourcesOf(
  stack: StackName,
  type?: string,
): readonly (readonly [logicalId: string, resource: TemplateResource])[] {
  const resources = readTemplate(stack).Resources as Record<string, TemplateResource>;
  return Object.entries(resources).filter(([, { Type }]) => type === undefined || Type === type);
}

/** The one resource of a type whose logical id starts like this: a construct's path without its separators. */
export function resourceOf(
  stack: StackName,
  type: string,
  prefix: string,
): TemplateResource & { readonly logicalId: string } {
  const [found, ...more] = resourcesOf(stack, type).filter(([id]) => id.startsWith(prefix));
  if (!found || more.length > 0) throw new Error(`${stack} has not one ${type} ${prefix}…`);
  return { logicalId: found[0], ...found[1] };
}
