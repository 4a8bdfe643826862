import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import * as z from 'zod/mini';
import { OffboardingError } from '../core/errors.ts';
import type { EventLog } from '../event-log.ts';
import type { Caller, Now } from '../ports.ts';
import { recogniseCaller } from './caller.ts';
import { type PathParameters, parseBody, parsePath, parseQuery } from './parse-request.ts';
import { problemOf } from './problem.ts';

export interface ApiRequest<Resource extends string, Query, Body> {
  readonly path: PathParameters<Resource>;
  readonly query: Query;
  readonly body: Body;
  /** The caller's stable identity; never a field of the body. */
  readonly caller: string;
  /** The same with the role they have assumed: for the policy gate, and for nothing that is kept. */
  readonly principal: Caller;
  /** The path as the caller sees it, stage included. */
  readonly url: string;
  /** One time for the whole request. */
  readonly now: Date;
}

export interface Answer {
  readonly status: 200 | 201 | 202 | 204;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answered as JSON, or as it is where `contentType` is given. */
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface Route {
  readonly method: string;
  /** As the gateway declares it: `/planes/{planeId}`. */
  readonly resource: string;
  answer(event: APIGatewayProxyEvent, principal: Caller, now: Date): Promise<Answer>;
}

interface RouteDefinition<
  Resource extends string,
  Query extends z.ZodMiniType,
  Body extends z.ZodMiniType,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly resource: Resource;
  readonly query?: Query;
  readonly body?: Body;
  answer(request: ApiRequest<Resource, z.output<Query>, z.output<Body>>): Promise<Answer>;
}

/** `?dryRun=true` at a route that knows no such thing must not be carried out. */
const NO_PARAMETERS = z.strictObject({});

/** A route whose handler only ever sees a request that is valid, from a caller that is known. */
export function route<
  Resource extends string,
  Query extends z.ZodMiniType = z.ZodMiniUndefined,
  Body extends z.ZodMiniType = z.ZodMiniUndefined,
>(definition: RouteDefinition<Resource, Query, Body>): Route {
  const { method, resource, query = NO_PARAMETERS, body } = definition;
  return {
    method,
    resource,
    answer: async (event, principal, now) =>
      definition.answer({
        caller: principal.identity,
        principal,
        path: parsePath(resource, event),
        query: parseQuery(query, event) as z.output<Query>,
        body: (body && parseBody(body, event)) as z.output<Body>,
        url: event.requestContext.path ?? event.path,
        now,
      }),
  };
}

export type ApiLambda = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/** The one shell around every route: dispatch, answer, log one line, and turn whatever is thrown into problem+json. */
export function apiLambda(
  routes: readonly Route[],
  { now, log }: { readonly now: Now; readonly log: EventLog },
): ApiLambda {
  const table = new Map(routes.map((entry) => [`${entry.method} ${entry.resource}`, entry]));
  return async (event) => {
    const { identity, extendedRequestId } = event.requestContext;
    // A caller can choose the plain request id by a header, and with it what the log seems to say.
    const requestId = extendedRequestId ?? event.requestContext.requestId;
    const called = `${event.httpMethod} ${event.resource}`;
    let requestLog = log.bind({ requestId, route: called });
    const subject = { planeId: event.pathParameters?.planeId };
    try {
      const principal = recogniseCaller(identity.userArn);
      requestLog = requestLog.bind({ caller: principal.identity });
      const found = table.get(called);
      if (!found) throw new OffboardingError('NOT_FOUND', `there is no ${called}`);
      const answer = await found.answer(event, principal, now());
      requestLog.info('request answered', { ...subject, status: answer.status });
      return resultOf(answer);
    } catch (error) {
      const problem = problemOf(error, requestId);
      const { status, code, detail } = problem;
      if (status >= 500) requestLog.error('request crashed', { ...subject, status, error });
      else requestLog.warn('request refused', { ...subject, status, code, detail });
      return resultOf({ status, body: problem, contentType: 'application/problem+json' });
    }
  };
}

function resultOf({
  status,
  headers,
  body,
  contentType,
}: Omit<Answer, 'status'> & { readonly status: number }): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: {
      ...(body !== undefined && { 'content-type': contentType ?? 'application/json' }),
      'cache-control': 'no-store',
      ...headers,
    },
    body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
  };
}
