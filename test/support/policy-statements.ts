import { resourcesOf, type StackName } from './assembly.ts';

/** One statement of an identity policy, with the role that has it. References stand as `${LogicalId}`. */
export interface RoleStatement {
  readonly role: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: unknown;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Every statement of every identity policy of a stack. */
export function roleStatements(stack: StackName): readonly RoleStatement[] {
  return resourcesOf(stack, 'AWS::IAM::Policy').flatMap(([, { Properties }]) => {
    const { Statement } = Properties.PolicyDocument as { Statement: readonly Statement[] };
    const roles = Properties.Roles as readonly { Ref: string }[];
    return roles.flatMap(({ Ref: role }) =>
      Statement.map(({ Effect, Action, Resource, Condition }) => ({
        role,
        effect: Effect,
        actions: [Action].flat(),
        resources: [Resource].flat().map(textOf),
        condition: Condition,
      })),
    );
  });
}

/** Intrinsic functions as text: what they refer to, not what they answer. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const intrinsic = value as Record<string, unknown>;
  if ('Ref' in intrinsic) return `\${${intrinsic.Ref}}`;
  if ('Fn::GetAtt' in intrinsic) return `\${${(intrinsic['Fn::GetAtt'] as string[])[0]}}`;
  if ('Fn::Join' in intrinsic) {
    const [separator, parts] = intrinsic['Fn::Join'] as [string, unknown[]];
    return parts.map(textOf).join(separator);
  }
  return JSON.stringify(value);
}

/** Whether an action of a policy, which may end in `*`, means this one. */
export function allows(pattern: string, action: string): boolean {
  if (!pattern.endsWith('*')) return pattern.toLowerCase() === action.toLowerCase();
  return action.toLowerCase().startsWith(pattern.slice(0, -1).toLowerCase());
}
