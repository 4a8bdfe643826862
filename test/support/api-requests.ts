import fc from 'fast-check';
import { API_ROUTES, type ApiRoute } from '../../infra/api-routes.ts';
import { planeResourceName, sharedResources } from '../../local/demo/sample-plane.ts';
import { bodiesFor } from './bodies-for.ts';
import type { RawRequest } from './raw-request.ts';

/** In a path, what stands for the id of a plane that is there. */
export const PLANE = '{planeId}';
/** In a body, what stands for the scope that the plane's approvers are asked about. */
export const SCOPE_HASH = 'f'.repeat(64);

// What is tried as requests is tried in production.
const STACK = 'Offboarding-prod';
const shared = sharedResources(STACK);

const text = fc.string({ minLength: 1, maxLength: 20 }).map((value) => `${value}!`);
/** What is in the way of a request that the API would understand: a field that can hold nearly anything is nearly never right. */
const FIELDS = {
  tenantId: text,
  name: text,
  value: text,
  bucket: fc.constant(shared.documents),
  table: fc.constantFrom(shared.chunks, shared.tokens),
  functionName: fc.constantFrom(
    planeResourceName(STACK, 'query-a'),
    planeResourceName(STACK, 'query-b'),
  ),
  prefix: fc.stringMatching(/^[ab]{1,3}(\/[ab]){0,2}\/$/),
  reason: text,
  forceReason: text,
  gracePeriodDays: fc.constantFrom(0, 7, 30),
  retentionDays: fc.constantFrom(0, 365),
  reference: fc.constantFrom('case-1', 'case-2'),
  scopeHash: fc.constantFrom(SCOPE_HASH, SCOPE_HASH, SCOPE_HASH, 'e'.repeat(64)),
  acknowledgedDependents: fc.uniqueArray(fc.constantFrom('run-1', 'run-2'), { maxLength: 2 }),
};

const rarely = <T>(usual: T, unusual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: unusual });
const segment = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).map(inPath);

export interface ApiRequest extends RawRequest {
  /** For which it was made: `GET /planes/{planeId}`. */
  readonly route: string;
}

/**
 * Requests to every route of the API. A third of the time each part of one is something that the route does not
 * know, so that most are to be refused.
 * @param callers access keys that requests are signed with
 */
export function apiRequests(callers: readonly string[]): fc.Arbitrary<ApiRequest> {
  return fc.oneof(...API_ROUTES.map((route) => requestsTo(route, callers)));
}

function requestsTo(
  { method, path, body }: ApiRoute,
  callers: readonly string[],
): fc.Arbitrary<ApiRequest> {
  const bodies = body ? textOf(bodiesFor(body.schema, FIELDS)) : rarely(undefined, text);
  return fc
    .record({
      method: rarely<string>(
        method,
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'),
      ),
      as: fc.oneof(
        { weight: 20, arbitrary: fc.constantFrom<string | null>(...callers) },
        { weight: 1, arbitrary: fc.constantFrom('a*b', '__proto__', null) },
      ),
      body: bodies,
      planeId: rarely(PLANE, segment),
      usageId: fc.oneof(
        { weight: 12, arbitrary: fc.constantFrom('run-1', 'run-2') },
        { weight: 1, arbitrary: segment },
      ),
      query: rarely('', queries()),
      headers: rarely<Readonly<Record<string, string>>>({}, headers()),
    })
    .map(({ planeId, usageId, query, ...rest }) => ({
      ...rest,
      route: `${method} ${path}`,
      path:
        path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === 'planeId' ? planeId : usageId)) +
        query,
    }));
}

/** JSON, sometimes damaged in one place, or with a field that is said twice. */
function textOf(sent: fc.Arbitrary<unknown>): fc.Arbitrary<string | undefined> {
  const whole = sent.map((value) => JSON.stringify(value));
  const damaged = fc
    .tuple(whole, fc.nat(), fc.string({ unit: 'binary', maxLength: 3 }))
    .map(([json, at, put]) => {
      const place = at % ((json?.length ?? 0) + 1);
      return json && json.slice(0, place) + put + json.slice(place + 1);
    });
  const repeated = whole.map((json) =>
    json?.startsWith('{"') ? json.replace(/^\{("\w+":)/, '{$1null,$1') : json,
  );
  return fc.oneof(
    { weight: 4, arbitrary: whole },
    { weight: 1, arbitrary: damaged },
    { weight: 1, arbitrary: repeated },
  );
}

function queries(): fc.Arbitrary<string> {
  const name = fc.oneof(fc.constantFrom('limit', 'nextToken', 'phase'), segment);
  const value = fc.oneof(fc.constantFrom('1', '100', 'executed', 'final'), segment);
  return fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 3 }).map((pairs) => {
    return `?${pairs.map((pair) => pair.join('=')).join('&')}`;
  });
}

function headers(): fc.Arbitrary<Readonly<Record<string, string>>> {
  const value = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/);
  return fc.dictionary(fc.constantFrom('content-type', 'authorization', 'accept', 'x-a'), value);
}

/** `encodeURIComponent`, but for halves of characters, which have no encoding. */
function inPath(value: string): string {
  return encodeURIComponent(value.toWellFormed());
}
