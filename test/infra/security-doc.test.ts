import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { withSecurityTables } from '../../infra/security-doc.ts';
import { resourcePoliciesTable, rolesTable } from '../../infra/security-tables.ts';
import { readTemplate } from '../../local/template.ts';

const assembly = inject('assemblyDirectory');

describe('docs/security.md', () => {
  it('says what the template grants (npm run security writes it)', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/security.md'), 'utf8');
    expect(page).toBe(withSecurityTables(page, assembly, 'Offboarding-prod'));
  });

  it('is the same for every environment, but for the names of its planes', () => {
    const dev = rolesTable(readTemplate(assembly, 'Offboarding-dev'));
    expect(dev.replaceAll('`knowledge-dev-*`', '`knowledge-prod-*`')).toBe(
      rolesTable(readTemplate(assembly, 'Offboarding-prod')),
    );
  });

  it('names resources as an operator does, and no deployment', () => {
    const roles = rolesTable(readTemplate(assembly, 'Offboarding-prod'));
    expect(roles).toContain('| recorder | `dynamodb:PutItem`, `dynamodb:Query` | Ledger table |');
    expect(roles).toContain('| purge | `s3:AbortMultipartUpload`, `s3:DeleteObjectVersion` |');
    expect(roles).not.toMatch(/[0-9A-F]{8}|111122223333|arn:/);
  });

  it('lists what queues say as well', () => {
    const policies = resourcePoliciesTable(readTemplate(assembly, 'Offboarding-prod'));
    expect(policies).toContain('| Events undelivered queue | allows | `events.amazonaws.com` |');
    expect(policies).toMatch(
      /Events undelivered queue, Evidence Schedules undelivered queue, Purge Schedule undelivered queue \| \*\*denies\*\* \| `\*` \| `sqs:\*`/,
    );
  });

  it('needs a place on the page', () => {
    expect(() => withSecurityTables('# A page', assembly, 'Offboarding-prod')).toThrow(
      'the page has no <!-- roles -->',
    );
  });
});
