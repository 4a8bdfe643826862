import type { AuthorisationRequest } from './decision.ts';
import type { Patterns, Statement } from './policy.ts';
import { substituteVariables } from './request-context.ts';
import { matchesAction, matchesArn } from './wildcard.ts';

/** One thing that a role may do, spelt as its policy spells it. */
export interface Grant {
  /** Logical id of the role, or its name in every environment. */
  readonly role: string;
  readonly action: string;
  readonly resource: string;
}

/** Everything that statements allow: each of their actions on each of their resources. */
export function grantsOf(role: string, statements: readonly Statement[]): readonly Grant[] {
  return statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ actions, resources }) =>
      spelt(actions).flatMap((action) =>
        spelt(resources).map((resource): Grant => ({ role, action, resource })),
      ),
    );
}

/** Which grants allowed what has been called. */
export interface UsedGrants {
  note(role: string, statements: readonly Statement[], request: AuthorisationRequest): void;
  read(): readonly Grant[];
}

export function createUsedGrants(): UsedGrants {
  const used = new Map<string, Grant>();
  return {
    note(role, statements, request) {
      for (const statement of statements) {
        for (const action of allowingActions(statement, request)) {
          for (const resource of allowingResources(statement, request)) {
            used.set(`${role} ${action} ${resource}`, { role, action, resource });
          }
        }
      }
    },
    read: () => [...used.values()],
  };
}

function allowingActions({ actions }: Statement, request: AuthorisationRequest): readonly string[] {
  if (actions.negated) return spelt(actions);
  return actions.patterns.filter((pattern) => matchesAction(pattern, request.action));
}

function allowingResources(
  { resources }: Statement,
  { resource, context }: AuthorisationRequest,
): readonly string[] {
  if (resources.negated) return spelt(resources);
  return resources.patterns.filter((pattern) => {
    const substituted = substituteVariables(pattern, context);
    return substituted !== undefined && matchesArn(substituted, resource);
  });
}

/** A Not form is one grant: it cannot be taken apart. */
function spelt({ patterns, negated }: Patterns): readonly string[] {
  return negated ? [`all but ${patterns.join(', ')}`] : patterns;
}
