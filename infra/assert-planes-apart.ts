import type { EnvironmentConfig, PlaneResourcePatterns } from './config.ts';
import { canMatchTheSame } from './pattern-overlap.ts';

type Environment = Pick<EnvironmentConfig, 'planeResources' | 'target'>;

const NOUNS: Readonly<Record<keyof PlaneResourcePatterns, string>> = {
  buckets: 'bucket',
  tables: 'table',
  functions: 'function',
};
/** What names of buckets, tables and functions consist of. IAM would read a `?` as any character, registration would not. */
const NAME_OR_PATTERN = /^[\w.*-]+$/;

/**
 * No environment may touch the planes of another: what is registered in both would be destroyed under the rules of the laxer one.
 * A claim does not help, for each environment has claims of its own. Regions do not keep them apart, for buckets are known in all.
 * @throws Error naming the environments, the patterns, and what to do
 */
export function assertPlanesApart(environments: Readonly<Record<string, Environment>>): void {
  const entries = Object.entries(environments);
  for (const [name, { planeResources }] of entries) assertNames(name, planeResources);
  for (const [index, [name, environment]] of entries.entries())
    for (const [otherName, other] of entries.slice(index + 1)) {
      if (areInDifferentAccounts(environment, other)) continue;
      assertNothingInCommon([name, environment.planeResources], [otherName, other.planeResources]);
    }
}

function assertNames(environment: string, resources: PlaneResourcePatterns): void {
  for (const [kind, patterns] of Object.entries(resources))
    for (const pattern of patterns)
      if (!NAME_OR_PATTERN.test(pattern))
        throw new Error(
          `planeResources.${kind} of ${environment} has "${pattern}", which is neither a name nor a pattern with *`,
        );
}

/** Known to be: an environment without a target goes to whatever account it is deployed to. */
function areInDifferentAccounts({ target }: Environment, { target: other }: Environment): boolean {
  return target !== undefined && other !== undefined && target.account !== other.account;
}

function assertNothingInCommon(
  [name, resources]: readonly [string, PlaneResourcePatterns],
  [otherName, others]: readonly [string, PlaneResourcePatterns],
): void {
  for (const kind of ['buckets', 'tables', 'functions'] as const)
    for (const pattern of resources[kind])
      for (const other of others[kind])
        if (canMatchTheSame(pattern, other))
          throw new Error(
            `${name} could offboard the planes of ${otherName}, and the other way round: they may be in one account, and ` +
              `"${pattern}" of ${name} and "${other}" of ${otherName} can be the same ${NOUNS[kind]}. Give each environment ` +
              'names of its own (planeResources in infra/config.ts) or an account of its own (target).',
          );
}
