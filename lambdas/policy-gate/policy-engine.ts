import {
  type AuthorizationAnswer,
  type CedarValueJson,
  type CheckParseAnswer,
  type DetailedError,
  type EntityJson,
  initSync,
  type PolicyJson,
  preparsePolicySet,
  preparseSchema,
  type Response,
  statefulIsAuthorized,
  type TypeAndId,
  validate,
} from '@cedar-policy/cedar-wasm/web';
import type { PolicyFiles } from './policy-files.ts';
import type { Policy, Prohibition } from './policy-set.ts';

const SCHEMA = 'offboarding';
const PERMITS = 'permits';
const ALL = 'all';

export interface PolicyRequest {
  readonly principal: TypeAndId;
  readonly action: string;
  readonly resource: TypeAndId;
  readonly context: Readonly<Record<string, CedarValueJson>>;
  readonly entities: readonly EntityJson[];
}

export type Ruling =
  | { readonly ruling: 'allowed' }
  /** No role of the principal permits the action. What forbids it beside that is not looked at, and not told. */
  | { readonly ruling: 'not-permitted'; readonly wanted: NeededRoles }
  /** By these policies, in the order of the files. */
  | { readonly ruling: 'forbidden'; readonly by: readonly [Prohibition, ...Prohibition[]] };

/** Which roles would do, and the policy that says so. */
export interface NeededRoles {
  readonly policy: string;
  readonly roles: readonly string[];
}

export interface PolicyEngine {
  readonly policies: readonly Policy[];
  /** @throws Error when the request does not fit the schema or a policy cannot be evaluated: nothing is allowed then */
  rule(request: PolicyRequest): Ruling;
}

/** @param wasm `cedar_wasm_bg.wasm`, 4 MB, of the package `@cedar-policy/cedar-wasm`, compiled or not */
export function startCedar(wasm: Uint8Array<ArrayBuffer> | WebAssembly.Module): void {
  initSync({ module: wasm });
}

/**
 * Cedar with these policies, prepared once for all requests. One engine a process: Cedar keeps what it has prepared under a name.
 * @param schema when given, each request is held against it as well. That takes as long to prepare as everything else, and
 *   the policies are known to fit it: only tests do it, to know that of our requests too.
 * @throws Error when Cedar does not take the policies, or has not been started
 */
export function createPolicyEngine(policies: readonly Policy[], schema?: string): PolicyEngine {
  if (schema !== undefined) assertPrepared(preparseSchema(SCHEMA, schema));
  prepare(ALL, policies);
  const permits = policies.filter(({ effect }) => effect === 'permit');
  let permitsPrepared = false;
  const isPermitted = (request: PolicyRequest) => {
    if (!permitsPrepared) prepare(PERMITS, permits);
    permitsPrepared = true;
    return authorise(PERMITS, request, schema).decision === 'allow';
  };
  return {
    policies,
    rule(request) {
      const { decision, diagnostics } = authorise(ALL, request, schema);
      if (decision === 'allow') return { ruling: 'allowed' };
      const by = policies.filter(
        (policy): policy is Prohibition =>
          policy.effect === 'forbid' && diagnostics.reason.includes(policy.id),
      );
      const [first, ...more] = by;
      // A prohibition hides whether anybody permitted it, and one that only says what is missing must not hide that nobody has.
      if (!first || !isPermitted(request))
        return { ruling: 'not-permitted', wanted: neededRoles(permits, request.action) };
      return { ruling: 'forbidden', by: [first, ...more] };
    },
  };
}

/**
 * Holds the policies against their schema: an attribute that does not exist, a comparison that can never be true.
 * @returns one line for each finding
 */
export function validatePolicies(policies: readonly Policy[], { schema }: PolicyFiles): string[] {
  const answer = validate({ schema, policies: { staticPolicies: policiesById(policies) } });
  if (answer.type === 'failure') return answer.errors.map(({ message }) => message);
  return [...answer.validationErrors, ...answer.validationWarnings].map(
    ({ policyId, error }) => `${policyId}: ${error.message}`,
  );
}

function authorise(
  preparsedPolicySetId: string,
  request: PolicyRequest,
  schema: string | undefined,
): Response {
  const { principal, action, resource, context, entities } = request;
  const answer: AuthorizationAnswer = statefulIsAuthorized({
    principal,
    action: { type: 'Action', id: action },
    resource,
    context,
    entities: [...entities],
    preparsedPolicySetId,
    ...(schema !== undefined && { preparsedSchemaName: SCHEMA, validateRequest: true }),
  });
  if (answer.type === 'failure') throw failure(answer.errors);
  const { errors } = answer.response.diagnostics;
  // Cedar leaves out a policy that it cannot evaluate: a prohibition would be silently gone.
  if (errors.length > 0) throw failure(errors.map(({ error }) => error));
  return answer.response;
}

/** Read from the policies themselves, so that what is told is what is asked. */
function neededRoles(permits: readonly Policy[], action: string): NeededRoles {
  const wanted = permits.filter(({ json }) => actionsOf(json.action).includes(action));
  return {
    policy: wanted[0]?.id ?? 'none',
    roles: wanted.flatMap(({ json: { principal } }) =>
      principal.op === 'in' && 'entity' in principal ? [idOf(principal.entity)] : [],
    ),
  };
}

function actionsOf(constraint: Policy['json']['action']): readonly string[] {
  if (constraint.op === 'All') return [];
  if ('entities' in constraint) return constraint.entities.map(idOf);
  return 'entity' in constraint ? [idOf(constraint.entity)] : [];
}

function idOf(uid: TypeAndId | { readonly __entity: TypeAndId }): string {
  return '__entity' in uid ? uid.__entity.id : uid.id;
}

function prepare(name: string, policies: readonly Policy[]): void {
  assertPrepared(preparsePolicySet(name, { staticPolicies: policiesById(policies) }));
}

function policiesById(policies: readonly Policy[]): Record<string, PolicyJson> {
  return Object.fromEntries(policies.map(({ id, json }) => [id, json]));
}

function assertPrepared(answer: CheckParseAnswer): void {
  if (answer.type === 'failure') throw failure(answer.errors);
}

function failure(errors: readonly DetailedError[]): Error {
  return new Error(`the policy engine: ${errors.map(({ message }) => message).join('; ')}`);
}
