import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTemplate } from '../local/template.ts';
import { findingsTable, resourcePoliciesTable, rolesTable } from './security-tables.ts';

/**
 * A page with its tables made anew from the template of a stack as synthesised, each between two marks.
 * @throws Error when the page has no place for one of them
 */
export function withSecurityTables(
  page: string,
  assemblyDirectory: string,
  stackName: string,
): string {
  const template = readTemplate(assemblyDirectory, stackName);
  const file = join(assemblyDirectory, `${stackName}.template.json`);
  const { Resources } = JSON.parse(readFileSync(file, 'utf8'));
  const tables = {
    roles: rolesTable(template),
    'resource-policies': resourcePoliciesTable(template),
    findings: findingsTable(Resources),
  };
  return Object.entries(tables).reduce((text, [mark, table]) => between(text, mark, table), page);
}

function between(page: string, mark: string, table: string): string {
  const begin = page.indexOf(`<!-- ${mark} -->`);
  const end = page.indexOf(`<!-- /${mark} -->`, begin);
  if (begin < 0 || end < 0) throw new Error(`the page has no <!-- ${mark} --> … <!-- /${mark} -->`);
  return `${page.slice(0, begin)}<!-- ${mark} -->\n\n${table}\n${page.slice(end)}`;
}
