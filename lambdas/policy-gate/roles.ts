import * as z from 'zod/mini';
import { matchesPattern } from '../core/wildcard.ts';
import type { Caller } from '../ports.ts';

/** What a policy may ask a caller to be: `policies/1-roles.cedar`. */
export const ROLES = ['operator', 'forcer', 'legal', 'approver'] as const;
export type Role = (typeof ROLES)[number];

/**
 * For each role, patterns with `*` of who has it: of an identity, of a role's ARN, or of a permission set of Identity Center,
 * `permission-set/<account>/<name>`.
 */
export type RolePatterns = Readonly<Record<Role, readonly string[]>>;

const patterns = z.readonly(z.array(z.string().check(z.minLength(1))));
const schema = z.strictObject({
  operator: patterns,
  forcer: patterns,
  legal: patterns,
  approver: patterns,
});

/** @throws Error when it is not the JSON that `infra/policy-gate.ts` writes */
export function parseRoles(json: string): RolePatterns {
  return schema.parse(JSON.parse(json));
}

/**
 * The role that Identity Center makes of a permission set. The suffix has a length, so the name is all that stands before it: a
 * pattern `AWSReservedSSO_Approver_*` would take the set `Approver_ReadOnly` for `Approver`.
 * https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
 */
const PERMISSION_SET_ROLE = /^arn:[\w-]+:iam::(\d{12}):role\/AWSReservedSSO_(.+)_[0-9a-f]{16}$/;

/**
 * By the role that a session was assumed from, by its permission set if it has one, or by the identity itself: an IAM user,
 * the root, one person.
 */
export function rolesOf({ identity, roleArn }: Caller, mapping: RolePatterns): readonly Role[] {
  const names = [identity, ...(roleArn === undefined ? [] : namesOf(roleArn))];
  return ROLES.filter((role) =>
    mapping[role].some((pattern) => names.some((name) => matchesPattern(name, pattern))),
  );
}

function namesOf(roleArn: string): readonly string[] {
  const [, account, name] = PERMISSION_SET_ROLE.exec(roleArn) ?? [];
  return name === undefined ? [roleArn] : [roleArn, `permission-set/${account}/${name}`];
}
