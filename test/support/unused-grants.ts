import type { Grant } from '../../local/iam/grants.ts';
import { isOnlyOnAws, type OnlyOnAws } from './grants-only-on-aws.ts';

export interface GrantsReport {
  /** What nothing has used, as one line each. */
  readonly unused: readonly string[];
  /** What is listed as used on AWS only, and is granted to nobody or was used here. */
  readonly outdated: readonly string[];
}

/** Holds what the roles may do against what was used, by any stack: the environments grant the same things. */
export function reportGrants(
  granted: readonly Grant[],
  used: readonly Grant[],
  onlyOnAws: readonly OnlyOnAws[],
): GrantsReport {
  const usedLines = new Set(used.map(lineOf));
  const unused = granted.filter((grant) => !usedLines.has(lineOf(grant)));
  return {
    unused: [
      ...new Set(
        unused.filter((grant) => !onlyOnAws.some((it) => isOnlyOnAws(grant, it))).map(lineOf),
      ),
    ].sort(),
    outdated: onlyOnAws.flatMap((it) =>
      it.actions
        .filter(
          (action) => !unused.some((grant) => grant.action === action && isOnlyOnAws(grant, it)),
        )
        .map((action) => `${it.role} may ${action} on ${it.resource}`),
    ),
  };
}

function lineOf({ role, action, resource }: Grant): string {
  return `${role} may ${action} on ${resource}`;
}
