import { LOCAL_ACCOUNT, LOCAL_REGION } from '../local/aws-service.ts';
import { type Grant, grantsOf } from '../local/iam/grants.ts';
import type { Statement } from '../local/iam/policy.ts';
import { readableArns, resourceName } from '../local/iam/resource-names.ts';
import { readResourcePolicies } from '../local/iam/resource-policies.ts';
import { readRoles } from '../local/iam/role-policies.ts';
import type { Template, TemplateResource } from '../local/template.ts';

const EVERY_FUNCTION = 'every function';

/** What each role may do to which resource, as a Markdown table. What all functions may do is said once. */
export function rolesTable(template: Template): string {
  const nameOf = readableArns(template);
  const functionRoles = new Set(
    template.ofType('AWS::Lambda::Function').map(({ properties }) => properties.Role),
  );
  const roles = readRoles(template).map(({ arn, logicalId, statements }) => {
    const name = roleName(template.resources.get(logicalId), logicalId);
    const grants = grantsOf(name, statements).map(({ action, resource }) => ({
      role: name,
      action,
      resource: phrase(nameOf(resource).replace(`${name} log`, 'its own log')),
    }));
    return { name, grants, isFunction: functionRoles.has(arn) };
  });
  const functions = roles.filter(({ isFunction }) => isFunction).map(({ grants }) => grants);
  const [first = [], ...others] = functions;
  const shared = first.filter((grant) =>
    others.every((grants) => grants.some((other) => isSame(other, grant))),
  );
  const rows = roles.flatMap(({ name, grants, isFunction }) =>
    rowsOf(
      name,
      isFunction ? grants.filter((it) => !shared.some((other) => isSame(other, it))) : grants,
    ),
  );
  return table(
    ['role of', 'may', 'on'],
    [...rowsOf(EVERY_FUNCTION, shared), ...rows.sort(byFirstCell)],
  );
}

/** What resources say themselves about who may do what: every statement of every resource policy. */
export function resourcePoliciesTable(template: Template): string {
  const nameOf = readableArns(template);
  const statements = readResourcePolicies(template).flatMap(
    ({ governs: [resource = ''], statements }) =>
      statements.map((statement) => ({ resource: nameOf(resource), statement })),
  );
  const resourcesOf = group(statements, ({ resource, statement }) => [
    [
      statement.effect === 'Deny' ? '**denies**' : 'allows',
      code(principalsOf(statement).map((name) => hereabouts(nameOf(name)))),
      code(statement.actions.patterns),
      conditionsOf(statement, nameOf),
    ].join(' | '),
    resource,
  ]);
  const rows = [...resourcesOf].map(([row, resources]) => [resources.join(', '), row]);
  return table(['resource', 'effect | to | what | when'], rows.sort(byFirstCell));
}

/** One row for what may be done to the same resources. */
function rowsOf(role: string, grants: readonly Grant[]): readonly string[][] {
  const actionsOf = group(grants, ({ resource, action }) => [resource, action]);
  const resourcesOf = group(actionsOf, ([resource, actions]) => [code(actions), resource]);
  return [...resourcesOf]
    .map(([actions, resources]) => [role, actions, resources.join(', ')])
    .sort(([, , one = ''], [, , other = '']) => one.localeCompare(other));
}

/** Sorted values by key. */
function group<T>(
  items: Iterable<T>,
  entryOf: (item: T) => readonly [key: string, value: string],
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, readonly string[]>();
  for (const [key, value] of [...items].map(entryOf))
    groups.set(key, [...new Set([...(groups.get(key) ?? []), value])].sort());
  return groups;
}

function roleName(role: TemplateResource | undefined, logicalId: string): string {
  return role ? resourceName(role).replace(/ role$/, '') : logicalId;
}

/** What an ARN without its prefix means in words. */
function phrase(resource: string): string {
  const phrases: readonly (readonly [RegExp, string])[] = [
    [/^\*$/, 'everything'],
    [/^s3:([^/]+)$/, 'buckets `$1`'],
    [/^s3:([^/]+)\/\*$/, 'objects in buckets `$1`'],
    [/^dynamodb:table\/(.+)$/, 'tables `$1`'],
    [/^lambda:function:(.+)$/, 'functions `$1`'],
    [/^scheduler:schedule\/(.+)\/\*$/, 'schedules in the $1'],
    // The label is the time at which DynamoDB has made the stream; nobody knows it before.
    [/^(.+? table)\/stream\/\d.*$/, 'the stream of the $1'],
    [/^(.+? table)\/stream\/\*$/, 'all streams of the $1'],
    [/^states:execution:(.+?)(?:\/(\w+))?:\*$/, 'executions of the $1 $2'],
    [/^(.+? bucket)\/(.+)$/, 'objects `$2` in the $1'],
    [/^([^/`]+)$/, '$1'],
  ];
  const [pattern, words] = phrases.find(([it]) => it.test(resource)) ?? [/^(.*)$/, '`$1`'];
  return resource.replace(pattern, words).trim();
}

function principalsOf({ principals = {} }: Statement): readonly string[] {
  return Object.values(principals).flat();
}

function conditionsOf({ conditions }: Statement, nameOf: (text: string) => string): string {
  return Object.entries(conditions)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(
        ([key, values]) =>
          `\`${key}\` ${operator} ${code(values.map((value) => hereabouts(nameOf(value))))}`,
      ),
    )
    .join(', ');
}

/** The local account, Region and API stand for those of the deployment. */
function hereabouts(text: string): string {
  if (text.startsWith('execute-api:')) return 'its routes of the API';
  if (text === 'iam:root' || text === LOCAL_ACCOUNT) return 'this account';
  return text.replace(LOCAL_REGION, '<region>');
}

function isSame(one: Grant, other: Grant): boolean {
  return one.action === other.action && one.resource === other.resource;
}

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = head.join(' | ').split(' | ').length;
  return [head, Array(columns).fill('---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |\n`)
    .join('');
}

function byFirstCell([one = '']: readonly string[], [other = '']: readonly string[]): number {
  return one.localeCompare(other);
}

interface Suppression {
  readonly id: string;
  readonly reason: string;
}

/** The rules of cdk-nag that are not followed and why, from the metadata of a template as synthesised. */
export function findingsTable(resources: Readonly<Record<string, unknown>>): string {
  const suppressions = Object.values(resources).flatMap(
    (resource) =>
      (resource as { Metadata?: { cdk_nag?: { rules_to_suppress: readonly Suppression[] } } })
        .Metadata?.cdk_nag?.rules_to_suppress ?? [],
  );
  const findings = suppressions.map(({ id, reason }) => {
    const [, why = reason, owner = ''] = /^(.*) \(([^)]+)\)$/.exec(reason) ?? [];
    return { rule: id.replace(/\[.*$/, ''), why, owner };
  });
  const rulesOf = group(findings, ({ why, rule }) => [why, rule]);
  const ownersOf = group(findings, ({ why, owner }) => [why, `[${owner}](../${owner})`]);
  const rows = [...rulesOf].map(([why, rules]) => [
    code(rules),
    why,
    (ownersOf.get(why) ?? []).join(', '),
  ]);
  return table(['rule', 'why not', 'decided in'], rows.sort(byFirstCell));
}
