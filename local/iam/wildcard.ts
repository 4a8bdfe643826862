const actions = new Map<string, RegExp>();
const arns = new Map<string, RegExp>();
const values = new Map<string, RegExp>();

/** `*` stands for any characters, none included, `?` for exactly one. Case matters. */
export function matchesWildcard(pattern: string, value: string): boolean {
  return compiled(values, pattern, () => new RegExp(`^${expressionOf(pattern, ANY)}$`)).test(value);
}

/** Actions are matched without regard to case. */
export function matchesAction(pattern: string, action: string): boolean {
  return compiled(actions, pattern, () => new RegExp(`^${expressionOf(pattern, ANY)}$`, 'i')).test(
    action,
  );
}

/**
 * A wildcard stays within one of the six parts of an ARN; the last part, the resource, may hold colons of its own.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  return compiled(arns, pattern, () => {
    const parts = arnParts(pattern).map((part, index) =>
      expressionOf(part, index === LAST_PART ? ANY : ANY_BUT_COLON),
    );
    return new RegExp(`^${parts.join(':')}$`);
  }).test(arn);
}

export function isArnPattern(pattern: string): boolean {
  return pattern === '*' || (pattern.startsWith('arn:') && arnParts(pattern).length === 6);
}

const ANY = '[\\s\\S]';
const ANY_BUT_COLON = '[^:]';
const LAST_PART = 5;

function expressionOf(pattern: string, character: string): string {
  return pattern
    .replaceAll(/[.+^${}()|[\]\\/-]/g, '\\$&')
    .replaceAll(/[*?]/g, (wildcard) => (wildcard === '*' ? `${character}*` : character));
}

/** A call is held against some hundred patterns, and a deletion of a thousand keys is a thousand calls. */
function compiled(known: Map<string, RegExp>, pattern: string, compile: () => RegExp): RegExp {
  let expression = known.get(pattern);
  if (!expression) {
    expression = compile();
    known.set(pattern, expression);
  }
  return expression;
}

function arnParts(arn: string): readonly string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
