import { relative } from 'node:path';
import { Stack, Validations } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';

const PROJECT = `${import.meta.dirname}/..`;

/** An id of a rule of `infra/compliance.ts`, and why this construct does not follow it. */
export type Reasons = Readonly<Record<string, string>>;

/** For a role whose permissions come from verbs of resources' constructs. */
export const INLINE_POLICY: Reasons = {
  'NIST.800.53.R5-IAMNoInlinePolicy':
    'a policy of one role, which goes when the role goes; a managed one could be attached elsewhere',
};

/** For a table that a purge deletes from. */
export const NO_BACKUP_PLAN: Reasons = {
  'NIST.800.53.R5-DynamoDBInBackupPlan':
    'a backup would keep what a purge has destroyed; point-in-time recovery forgets it after 35 days',
};

/**
 * Accepts findings of the compliance rules at the construct they are about, and at nothing else. The reason goes into the
 * template with its owner, and from there into docs/security.md.
 * @param owner `import.meta.filename` of who decided it
 */
export function acknowledge(construct: IConstruct, owner: string, reasons: Reasons): void {
  const file = relative(PROJECT, owner);
  for (const [id, reason] of Object.entries(reasons))
    Validations.of(construct).acknowledge({ id, reason: `${reason} (${file})` });
}

/**
 * The same for what a role may do to resources that are named by a pattern: each pattern is a finding of its own. ARNs
 * without a `*` are none, and are passed over.
 */
export function acknowledgePatterns(
  { grantPrincipal: role }: IGrantable,
  owner: string,
  { resources, reason }: { readonly resources: readonly string[]; readonly reason: string },
): void {
  if (!Construct.isConstruct(role)) throw new Error('only a role of this app has a finding');
  for (const arn of resources) {
    const finding = patternFinding(role, arn);
    if (finding.includes('*')) acknowledge(role, owner, { [finding]: reason });
  }
}

/** The id of the finding that a permission on this pattern is. */
export function patternFinding(scope: IConstruct, arn: string): string {
  return `AwsSolutions-IAM5[Resource::${inFinding(Stack.of(scope).resolve(arn))}]`;
}

/** An ARN as the rule spells it: https://github.com/cdklabs/cdk-nag/blob/main/src/utils/flatten-cfn-reference.ts */
function inFinding(arn: unknown): string {
  if (typeof arn === 'string') return arn;
  if (typeof arn === 'object' && arn !== null) {
    if ('Fn::Join' in arn) {
      const [delimiter, parts] = arn['Fn::Join'] as [string, unknown[]];
      return parts.map(inFinding).join(delimiter);
    }
    if ('Fn::GetAtt' in arn) return `<${(arn['Fn::GetAtt'] as string[]).join('.')}>`;
    if ('Ref' in arn) return `<${arn.Ref}>`;
  }
  return JSON.stringify(arn);
}
