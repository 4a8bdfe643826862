import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withSecurityTables } from './security-doc.ts';

// `npm run security` makes the tables of docs/security.md from what `npm run synth` wrote.
const root = join(import.meta.dirname, '..');
const page = join(root, 'docs', 'security.md');
const tables = withSecurityTables(
  readFileSync(page, 'utf8'),
  join(root, 'cdk.out'),
  'Offboarding-prod',
);
writeFileSync(page, tables);
