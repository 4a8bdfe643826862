import { z } from 'zod';
import { isArnPattern } from './wildcard.ts';

const oneOrMore = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value));
const conditionValues = z
  .union([
    z.string(),
    z.boolean(),
    z.number(),
    z.array(z.union([z.string(), z.boolean(), z.number()])),
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

const documentSchema = z.object({
  Statement: z
    .union([statementSchema, z.array(statementSchema)])
    .transform((value) => (Array.isArray(value) ? value : [value])),
});

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
 * Reads a policy document whose intrinsics are resolved.
 * @throws Error naming the policy and what in it cannot be evaluated
 */
export function parsePolicy(name: string, document: unknown): readonly Statement[] {
  const parsed = documentSchema.safeParse(document);
  if (!parsed.success) throw new Error(`policy ${name}: ${z.prettifyError(parsed.error)}`);
  return parsed.data.Statement.map((statement, index): Statement => {
    const resources = statement.Resource ?? statement.NotResource ?? [];
    const malformed = resources.find((resource) => !isArnPattern(resource));
    if (malformed) throw new Error(`policy ${name}: resource ${malformed} is neither an ARN nor *`);
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
