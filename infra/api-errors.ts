import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { ApiErrorCode } from '../lambdas/core/errors.ts';

/** What only the gateway finds wrong, before any of our code runs. */
type GatewayErrorCode = 'FORBIDDEN' | 'PAYLOAD_TOO_LARGE' | 'TOO_MANY_REQUESTS' | 'UNAVAILABLE';

interface GatewayProblem {
  readonly type: ResponseType;
  readonly status: number;
  readonly code: ApiErrorCode | GatewayErrorCode;
  readonly title: string;
  /** May name a `$context` variable. */
  readonly detail: string;
  /** The part of the request that is to blame. */
  readonly field?: 'body' | 'parameters';
}

const NOT_ALLOWED = {
  status: 403,
  code: 'FORBIDDEN',
  title: 'Not allowed',
  detail: 'the request is not signed by an identity that may make it, or there is no such route',
} as const;

const PROBLEMS: readonly GatewayProblem[] = [
  {
    type: ResponseType.BAD_REQUEST_BODY,
    status: 400,
    code: 'INVALID_REQUEST',
    title: 'The request is not valid',
    detail: '$context.error.validationErrorString',
    field: 'body',
  },
  {
    type: ResponseType.BAD_REQUEST_PARAMETERS,
    status: 400,
    code: 'INVALID_REQUEST',
    title: 'The request is not valid',
    detail: '$context.error.validationErrorString',
    field: 'parameters',
  },
  { type: ResponseType.ACCESS_DENIED, ...NOT_ALLOWED },
  { type: ResponseType.EXPIRED_TOKEN, ...NOT_ALLOWED },
  { type: ResponseType.INVALID_SIGNATURE, ...NOT_ALLOWED },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, ...NOT_ALLOWED },
  {
    type: ResponseType.RESOURCE_NOT_FOUND,
    status: 404,
    code: 'NOT_FOUND',
    title: 'There is no such route',
    detail: 'there is no such route',
  },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    title: 'The request is too large',
    // The gateway itself takes 10 MB, but what it hands to Lambda is cut off at 6 MB.
    detail: 'a request has at most 6 MB',
  },
  {
    type: ResponseType.THROTTLED,
    status: 429,
    code: 'TOO_MANY_REQUESTS',
    title: 'Too many requests',
    detail: 'try again in a moment',
  },
  {
    type: ResponseType.INTEGRATION_TIMEOUT,
    status: 504,
    code: 'UNAVAILABLE',
    title: 'No answer in time',
    detail: 'what was asked for may still happen; the same request may be sent again',
  },
  {
    type: ResponseType.DEFAULT_4XX,
    status: 400,
    code: 'INVALID_REQUEST',
    title: 'The request is not valid',
    detail: 'the gateway refused the request',
  },
  {
    type: ResponseType.DEFAULT_5XX,
    status: 500,
    code: 'INTERNAL_ERROR',
    title: 'Internal error',
    detail: 'the request failed on our side; the log has it under this instance',
  },
];

/** What the gateway refuses by itself looks like what the Lambdas refuse: RFC 9457, with a stable `code`. */
export function addProblemResponses(api: RestApi): void {
  for (const { type, status, code, title, detail, field } of PROBLEMS)
    api.addGatewayResponse(type.responseType, {
      type,
      statusCode: String(status),
      responseHeaders: { 'Content-Type': "'application/problem+json'" },
      templates: {
        // Not a Velocity template: variables are replaced and nothing else, and those in quotes are escaped.
        'application/json': JSON.stringify({
          type: `urn:problem-type:offboarding:${code.toLowerCase().replaceAll('_', '-')}`,
          title,
          status,
          detail,
          code,
          instance: '$context.extendedRequestId',
          ...(field && { errors: [{ field, message: detail }] }),
        }),
      },
    });
}
