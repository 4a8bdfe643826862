const compiled = new Map<string, RegExp>();

/** `*` stands for any characters, none included, `?` for exactly one. Case matters. */
export function matchesWildcard(pattern: string, value: string): boolean {
  let expression = compiled.get(pattern);
  if (!expression) {
    const escaped = pattern
      .replaceAll(/[.+^${}()|[\]\\/-]/g, '\\$&')
      .replaceAll('*', '[\\s\\S]*')
      .replaceAll('?', '[\\s\\S]');
    expression = new RegExp(`^${escaped}$`);
    compiled.set(pattern, expression);
  }
  return expression.test(value);
}

/** Actions are matched without regard to case. */
export function matchesAction(pattern: string, action: string): boolean {
  return matchesWildcard(pattern.toLowerCase(), action.toLowerCase());
}

/**
 * A wildcard stays within one of the six parts of an ARN; the last part, the resource, may hold colons of its own.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function matchesArn(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const patternParts = arnParts(pattern);
  const parts = arnParts(arn);
  return (
    parts.length === patternParts.length &&
    patternParts.every((part, index) => matchesWildcard(part, parts[index] ?? ''))
  );
}

export function isArnPattern(pattern: string): boolean {
  return pattern === '*' || (pattern.startsWith('arn:') && arnParts(pattern).length === 6);
}

function arnParts(arn: string): readonly string[] {
  const parts = arn.split(':');
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')];
}
