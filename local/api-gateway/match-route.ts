import type { Route } from './api-definition.ts';

export interface MatchedRoute {
  readonly route: Route;
  /** Percent-encoded as received: a REST API hands them on like that. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** The route of a path below the stage; a literal part beats a parameter, a method beats ANY. */
export function matchRoute(
  routes: readonly Route[],
  httpMethod: string,
  path: string,
): MatchedRoute | undefined {
  const matches = routes
    .filter((route) => route.httpMethod === httpMethod || route.httpMethod === 'ANY')
    .flatMap((route) => {
      const pathParameters = matchPath(route.resourcePath, path);
      return pathParameters ? [{ route, pathParameters }] : [];
    });
  return matches.toSorted(
    (a, b) =>
      rank(a.route.resourcePath).localeCompare(rank(b.route.resourcePath)) ||
      Number(a.route.httpMethod === 'ANY') - Number(b.route.httpMethod === 'ANY'),
  )[0];
}

function matchPath(resourcePath: string, path: string): Record<string, string> | undefined {
  const parts = path.split('/');
  const pattern = resourcePath.split('/');
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const actual = parts[index];
    if (actual === undefined) return undefined;
    const [, name, greedy] = /^\{([^+}]+)(\+?)\}$/.exec(expected) ?? [];
    if (name === undefined) {
      if (actual !== expected) return undefined;
    } else if (actual === '') {
      return undefined;
    } else {
      parameters[name] = greedy ? parts.slice(index).join('/') : actual;
      if (greedy) return parameters;
    }
  }
  return parts.length === pattern.length ? parameters : undefined;
}

/** Sorts by the first part that differs in kind: literal, parameter, greedy parameter. */
function rank(resourcePath: string): string {
  return resourcePath
    .split('/')
    .map((part) => (part.endsWith('+}') ? '2' : part.startsWith('{') ? '1' : '0'))
    .join('');
}
