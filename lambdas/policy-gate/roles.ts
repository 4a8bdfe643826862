import * as z from 'zod/mini';
import { matchesPattern } from '../core/wildcard.ts';
import type { Caller } from '../ports.ts';

/** What a policy may ask a caller to be: `policies/1-roles.cedar`. */
export const ROLES = ['operator', 'forcer', 'legal', 'approver'] as const;
export type Role = (typeof ROLES)[number];

/** For each role, patterns with `*` of who has it. */
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

/** By the role that a session was assumed from, or by the identity itself: an IAM user, the root, one person. */
export function rolesOf({ identity, roleArn }: Caller, mapping: RolePatterns): readonly Role[] {
  const names = [identity, ...(roleArn === undefined ? [] : [roleArn])];
  return ROLES.filter((role) =>
    mapping[role].some((pattern) => names.some((name) => matchesPattern(name, pattern))),
  );
}
