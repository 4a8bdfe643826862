/**
 * What is known about a request, by condition key in lower case: IAM does not distinguish case in key names.
 * An empty list says that the request does not have the key. A key that is not here is one nobody can tell about.
 */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

export function requestContext(
  ...parts: readonly Readonly<Record<string, string | readonly string[]>>[]
): RequestContext {
  const context = new Map<string, readonly string[]>();
  for (const part of parts) {
    for (const [key, value] of Object.entries(part)) {
      context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
    }
  }
  return context;
}

/**
 * Puts the values of policy variables such as `${aws:username}` into a pattern.
 * @returns undefined when a variable has no single known value, or one that would be read as a pattern
 */
export function substituteVariables(pattern: string, context: RequestContext): string | undefined {
  let known = true;
  const substituted = pattern.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => {
    const values = context.get(name.toLowerCase());
    const [value = ''] = values ?? [];
    if (values?.length !== 1 || /[*?]/.test(value)) known = false;
    return value;
  });
  return known ? substituted : undefined;
}
