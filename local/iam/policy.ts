import { z } from 'zod';
import { isArnPattern } from './wildcard.ts';

const oneOrMore = z
  .union([z.string(), z.array(z.string()).min(1)])
  .transform((value) => (typeof value === 'string' ? [value] : value));
const conditionValues = z
  .union([
    z.string(),
    z.boolean(),
    z.number(),
    z.array(z.union([z.string(), z.boolean(), z.number()])).min(1),
  ])
  .transform((value) => (Array.isArray(value) ? value : [value]).map(String));

/** Strict: an element that is not evaluated here (NotPrincipal) must stop the start, not be passed over. */
const statementSchema = z
  .strictObject({
    Sid: z.string().optional(),
    Effect: z.enum(['Allow', 'Deny']),
    Principal: z.union([z.literal('*'), z.record(z.string(), oneOrMore)]).optional(),
    Action: oneOrMore.optional(),
    NotAction: oneOrMore.optional(),
    Resource: oneOrMore.optional(),
    NotResource: oneOrMore.optional(),
    Condition: z.record(z.string(), z.record(z.string(), conditionValues)).default({}),
  })
  .refine((statement) => !statement.Action !== !statement.NotAction, {
    message: 'needs either Action or NotAction',
  })
  .refine((statement) => !statement.Resource !== !statement.NotResource, {
    message: 'needs either Resource or NotResource',
  });

const VARIABLES_SINCE = '2012-10-17';
const documentSchema = z.object({
  Version: z.string().optional(),
  Statement: z
    .union([statementSchema, z.array(statementSchema)])
    .transform((value) => (Array.isArray(value) ? value : [value])),
});

/** By kind. AWS takes no pattern as a principal but `*` alone. Nobody here is federated, so that name may be any. */
const PRINCIPALS: Readonly<Record<string, RegExp>> = {
  AWS: /^(\*|\d{12}|arn:aws[\w-]*:iam::\d{12}:(root|(role|user)\/[^*?]+))$/,
  Service: /^[\w.-]+\.amazonaws\.com(\.cn)?$/,
  Federated: /./,
};

/** `negated` is the Not form: what the patterns do not name. */
export interface Patterns {
  readonly patterns: readonly string[];
  readonly negated: boolean;
}

export interface Statement {
  /** `<policy>/<Sid or number>`, for messages. */
  readonly name: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Patterns;
  readonly resources: Patterns;
  /** `AWS` or `Service` -> names; undefined in identity policies. */
  readonly principals: Readonly<Record<string, readonly string[]>> | undefined;
  /** Operator -> condition key -> values. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/**
 * Reads the policy of a role, whose intrinsics are resolved.
 * @throws Error naming the policy and what in it cannot be evaluated, or would not be taken by AWS
 */
export function parseIdentityPolicy(name: string, document: unknown): readonly Statement[] {
  const statements = parsePolicy(name, document);
  if (statements.some(({ principals }) => principals)) {
    throw new Error(`policy ${name}: names a Principal, which a role's own policy cannot`);
  }
  return statements;
}

/** The same for a policy that stands at a resource. @throws Error as `parseIdentityPolicy` */
export function parseResourcePolicy(name: string, document: unknown): readonly Statement[] {
  const statements = parsePolicy(name, document);
  if (!statements.every(({ principals }) => principals)) {
    throw new Error(`policy ${name}: names no Principal`);
  }
  return statements;
}

function parsePolicy(name: string, document: unknown): readonly Statement[] {
  const parsed = documentSchema.safeParse(document);
  if (!parsed.success) throw new Error(`policy ${name}: ${z.prettifyError(parsed.error)}`);
  const { Version, Statement } = parsed.data;
  if (Version !== VARIABLES_SINCE && JSON.stringify(Statement).includes('${')) {
    throw new Error(`policy ${name}: variables take Version ${VARIABLES_SINCE}`);
  }
  return Statement.map((statement, index): Statement => {
    const malformed = malformedPart(statement);
    if (malformed) throw new Error(`policy ${name}: ${malformed}`);
    const resources = statement.Resource ?? statement.NotResource ?? [];
    return {
      name: `${name}/${statement.Sid ?? index}`,
      effect: statement.Effect,
      actions: {
        patterns: statement.Action ?? statement.NotAction ?? [],
        negated: statement.Action === undefined,
      },
      resources: { patterns: resources, negated: statement.Resource === undefined },
      principals: statement.Principal === '*' ? { AWS: ['*'] } : statement.Principal,
      conditions: statement.Condition,
    };
  });
}

/** What would never match anything, and so be passed over in silence. */
function malformedPart(statement: z.infer<typeof statementSchema>): string | undefined {
  const actions = statement.Action ?? statement.NotAction ?? [];
  const action = actions.find((it) => it !== '*' && !/^[\w*?-]+:./.test(it));
  if (action !== undefined) return `action ${action} names no service`;
  const resources = statement.Resource ?? statement.NotResource ?? [];
  const resource = resources.find((it) => !isArnPattern(it));
  if (resource !== undefined) return `resource ${resource} is neither an ARN nor *`;
  if (statement.Principal === undefined || statement.Principal === '*') return undefined;
  for (const [kind, names] of Object.entries(statement.Principal)) {
    const form = PRINCIPALS[kind];
    if (!form) return `principals of the kind ${kind} are not evaluated here`;
    const name = names.find((it) => !form.test(it));
    if (name !== undefined) return `principal ${name} is not evaluated here`;
  }
  return undefined;
}
