import { LOCAL_ACCOUNT } from '../aws-service.ts';
import { type Match, matchConditions } from './condition.ts';
import type { Patterns, Statement } from './policy.ts';
import { type RequestContext, substituteVariables } from './request-context.ts';
import { matchesAction, matchesArn } from './wildcard.ts';

/** How a policy's `Principal` would name the caller. */
export interface Principal {
  readonly kind: 'AWS' | 'Service';
  /** An ARN for people and roles, `apigateway.amazonaws.com` and the like for services. */
  readonly name: string;
}

export interface AuthorisationRequest {
  readonly principal: Principal;
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

export interface Policies {
  /** Of the caller. */
  readonly identity: readonly Statement[];
  /** Of the resource. */
  readonly resource: readonly Statement[];
}

export interface Decision {
  /** Why not; undefined when it is allowed. */
  readonly refusal: string | undefined;
  /** The statements of the caller's own policies that allow it: none, when only the resource's policy does. */
  readonly allowedBy: readonly Statement[];
}

/**
 * Whether the policies of one account allow a request. An explicit deny wins; then one allow is enough, on either side,
 * except for a KMS key: identity policies count there only when the key's policy hands the decision to the account.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export function decide(request: AuthorisationRequest, { identity, resource }: Policies): Decision {
  for (const statement of identity) {
    if (statement.effect === 'Deny' && matchRequest(statement, request) !== 'no') {
      return refused(`identity policy ${statement.name} denies it`);
    }
  }
  for (const statement of resource) {
    if (statement.effect !== 'Deny' || matchPrincipal(statement, request) === 'nobody') continue;
    if (matchRequest(statement, request) !== 'no') {
      return refused(`resource policy ${statement.name} denies it`);
    }
  }

  const allowedBy = identity.filter((statement) => allows(statement, request));
  const grants = resource
    .filter((statement) => allows(statement, request))
    .map((statement) => matchPrincipal(statement, request));
  const allowed: Decision = { refusal: undefined, allowedBy };
  if (grants.includes('caller')) return allowed;
  if (!request.action.startsWith('kms:')) {
    return allowedBy.length > 0 ? allowed : refused('no policy allows it');
  }
  if (!grants.includes('account')) return refused('the key policy leaves it to nobody');
  return allowedBy.length > 0 ? allowed : refused('no identity policy allows it');
}

function refused(refusal: string): Decision {
  return { refusal, allowedBy: [] };
}

function allows(statement: Statement, request: AuthorisationRequest): boolean {
  return statement.effect === 'Allow' && matchRequest(statement, request) === 'yes';
}

function matchRequest(statement: Statement, request: AuthorisationRequest): Match {
  const { patterns, negated } = statement.actions;
  if (patterns.some((pattern) => matchesAction(pattern, request.action)) === negated) return 'no';
  const resource = matchResource(statement.resources, request);
  if (resource === 'no') return 'no';
  const conditions = matchConditions(statement.conditions, request.context);
  if (conditions === 'no') return 'no';
  return resource === 'yes' && conditions === 'yes' ? 'yes' : 'unknown';
}

function matchResource(resources: Patterns, request: AuthorisationRequest): Match {
  const patterns = resources.patterns.map((it) => substituteVariables(it, request.context));
  const named = patterns.some((it) => it !== undefined && matchesArn(it, request.resource));
  if (!named && patterns.includes(undefined)) return 'unknown';
  return named === resources.negated ? 'no' : 'yes';
}

/** `account`: the whole account is named, which allows nobody by itself but denies everybody in it. */
function matchPrincipal(
  { principals = {} }: Statement,
  { principal }: AuthorisationRequest,
): 'caller' | 'account' | 'nobody' {
  const named = principals[principal.kind] ?? [];
  // "AWS": "*" means everybody, services included.
  if (principals.AWS?.includes('*') || named.includes('*')) return 'caller';
  if (named.includes(principal.name)) return 'caller';
  if (principal.kind === 'Service') return 'nobody';
  const account = named.some(
    (name) => name === LOCAL_ACCOUNT || name === `arn:aws:iam::${LOCAL_ACCOUNT}:root`,
  );
  return account ? 'account' : 'nobody';
}
