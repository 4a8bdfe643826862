import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ENVIRONMENT_NAMES, type EnvironmentName } from '../../infra/config.ts';
import { grantedBy, readUsedGrants } from '../../local/grants-used.ts';
import type { Grant } from '../../local/iam/grants.ts';
import { readTemplate } from '../../local/template.ts';
import { ONLY_ON_AWS } from './grants-only-on-aws.ts';
import { reportGrants } from './unused-grants.ts';

/**
 * After a run of the whole suite: whatever a role may do must have been done by some test. Every embedded cloud leaves
 * what its roles used in one directory. Runs of single files or tests are not asked.
 */
export function setup(project: TestProject): () => Promise<void> {
  const { assemblyDirectory } = project.getProvidedContext();
  const granted = ENVIRONMENT_NAMES.flatMap((name) =>
    inEveryEnvironment(name, grantedBy(readTemplate(assemblyDirectory, `Offboarding-${name}`))),
  );
  const directory = mkdtempSync(join(tmpdir(), 'offboarding-grants-'));
  // The environment of every worker is a copy of this one.
  process.env.GRANTS_USED_DIRECTORY = directory;

  return async () => {
    try {
      const partial = await whyPartial(project);
      if (partial) {
        process.stderr.write(`\nThe use of grants is not checked: ${partial}.\n`);
        return;
      }
      const used = ENVIRONMENT_NAMES.flatMap((name) =>
        inEveryEnvironment(name, readUsedGrants(directory, `Offboarding-${name}`)),
      );
      const { unused, outdated } = reportGrants(granted, used, ONLY_ON_AWS);
      const complaints = [
        ...unused.map((line) => `no test uses it, so remove it: ${line}`),
        ...outdated.map((line) => `not only on AWS, or not granted: ${line}`),
      ];
      if (complaints.length === 0) return;
      // Not thrown: the other teardowns are to run. CONTRIBUTING.md says what to do.
      process.stderr.write(`\nGrants, CONTRIBUTING.md#grants\n  ${complaints.join('\n  ')}\n`);
      process.exitCode = 1;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  };
}

/** The environments grant the same things, each on planes of its own. */
function inEveryEnvironment(name: EnvironmentName, grants: readonly Grant[]): readonly Grant[] {
  return grants.map((grant) => ({
    ...grant,
    resource: grant.resource.replaceAll(`knowledge-${name}-*`, 'knowledge-*'),
  }));
}

/** @returns undefined for a run that could have used every grant */
async function whyPartial(project: TestProject): Promise<string | undefined> {
  if (project.config.testNamePattern) return 'only tests of some names ran';
  const { testFiles } = await project.globTestFiles();
  const modules = project.vitest.state.getTestModules();
  const ran = new Set(modules.map(({ moduleId }) => moduleId));
  const left = testFiles.filter((file) => !ran.has(file));
  if (left.length > 0) return `${left.length} of ${testFiles.length} test files did not run`;
  if (modules.some((module) => !module.ok())) return 'tests failed, and may have used no more';
  const foreign = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_DYNAMODB'].find(
    (name) => process.env[name],
  );
  return foreign && `${foreign} names another engine, which asks nobody`;
}
