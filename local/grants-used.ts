import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { type Grant, grantsOf } from './iam/grants.ts';
import { readableArns, resourceName } from './iam/resource-names.ts';
import { readRoles } from './iam/role-policies.ts';
import type { Template } from './template.ts';

const grantsSchema = z.array(
  z.object({ role: z.string(), action: z.string(), resource: z.string() }),
);

/** Everything that the roles of a stack may do, with the names that its resources have in every environment. */
export function grantedBy(template: Template): readonly Grant[] {
  return readable(
    template,
    readRoles(template).flatMap(({ logicalId, statements }) => grantsOf(logicalId, statements)),
  );
}

/** Leaves what a cloud's life has used, in a file of its own: clouds run in many processes. */
export async function writeUsedGrants(
  directory: string,
  template: Template,
  used: readonly Grant[],
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const file = path.join(directory, `${template.stackName}-${randomUUID()}.json`);
  await writeFile(file, JSON.stringify(readable(template, used)));
}

/** What every cloud of a stack has left there. */
export function readUsedGrants(directory: string, stackName: string): readonly Grant[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith(`${stackName}-`))
    .flatMap((name) =>
      grantsSchema.parse(JSON.parse(readFileSync(path.join(directory, name), 'utf8'))),
    );
}

function readable(template: Template, grants: readonly Grant[]): readonly Grant[] {
  const nameOf = readableArns(template);
  return grants.map(({ role, action, resource }) => {
    const owner = template.resources.get(role);
    return { role: owner ? resourceName(owner) : role, action, resource: nameOf(resource) };
  });
}
