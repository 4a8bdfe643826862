import {
  AnyPrincipal,
  Effect,
  PolicyStatement,
  type PolicyStatementProps,
} from 'aws-cdk-lib/aws-iam';

/**
 * A statement of a resource's own policy. It is explicit, so that no identity policy in the account can allow what it denies,
 * and it binds everybody: the account's root and AWS services as well.
 */
export function denyEverybody(
  statement: Required<Pick<PolicyStatementProps, 'sid' | 'actions' | 'resources'>>,
): PolicyStatement {
  return new PolicyStatement({
    ...statement,
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
  });
}

/**
 * The same with exceptions: roles by their ARNs, whatever their sessions are called. AWS services have no such ARN, and are denied as well.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
 */
export function denyOthers(
  roleArns: string | readonly string[] | undefined,
  statement: Parameters<typeof denyEverybody>[0],
): PolicyStatement {
  const denied = denyEverybody(statement);
  denied.addCondition('ArnNotEquals', { 'aws:PrincipalArn': roleArns });
  return denied;
}
