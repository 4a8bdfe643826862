import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Template } from '../template.ts';

/** A refusal by the gateway itself. `status` is what AWS answers unless the template says otherwise. */
export interface GatewayError {
  readonly type: ResponseType;
  readonly message: string;
  readonly validationErrors?: string;
  /** Where it is not the one of the type: a malformed answer of a Lambda is a DEFAULT_5XX of 502. */
  readonly status?: number;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html */
const RESPONSE_TYPES = {
  ACCESS_DENIED: { status: 403, name: 'AccessDeniedException' },
  API_CONFIGURATION_ERROR: { status: 500, name: 'InternalServerErrorException' },
  BAD_REQUEST_BODY: { status: 400, name: 'BadRequestException' },
  BAD_REQUEST_PARAMETERS: { status: 400, name: 'BadRequestException' },
  DEFAULT_5XX: { status: 500, name: 'InternalServerErrorException' },
  INTEGRATION_TIMEOUT: { status: 504, name: 'InternalServerErrorException' },
  MISSING_AUTHENTICATION_TOKEN: { status: 403, name: 'MissingAuthenticationTokenException' },
  REQUEST_TOO_LARGE: { status: 413, name: 'RequestTooLargeException' },
} as const;
export type ResponseType = keyof typeof RESPONSE_TYPES;

/** What the template makes of a response type. */
export interface GatewayResponse {
  readonly status: number | undefined;
  readonly contentType: string;
  readonly template: string | undefined;
  /** Header name -> `'literal'`, `context.…` or `method.request.header.…` */
  readonly headers: ReadonlyMap<string, string>;
}

/** Values of `$context` variables by their names without the `$`. */
export type GatewayContext = Readonly<Record<string, string>>;

const gatewayResponseSchema = z.object({
  ResponseType: z.string(),
  StatusCode: z.coerce.number().int().optional(),
  ResponseTemplates: z.record(z.string(), z.string()).default({}),
  ResponseParameters: z.record(z.string(), z.string()).default({}),
});
const DEFAULT_TEMPLATE = '{"message":$context.error.messageString}';

/** The GatewayResponse resources by type. */
export function readGatewayResponses(template: Template): ReadonlyMap<string, GatewayResponse> {
  return new Map(
    template.ofType('AWS::ApiGateway::GatewayResponse').map(({ properties }) => {
      const it = gatewayResponseSchema.parse(properties);
      const [first] = Object.entries(it.ResponseTemplates);
      const json = it.ResponseTemplates['application/json'];
      return [
        it.ResponseType,
        {
          status: it.StatusCode,
          contentType: json === undefined ? (first?.[0] ?? 'application/json') : 'application/json',
          template: json ?? first?.[1],
          headers: new Map(
            Object.entries(it.ResponseParameters).map(([name, value]) => [
              name.replace('gatewayresponse.header.', ''),
              value,
            ]),
          ),
        },
      ];
    }),
  );
}

/** Answers as the template says for this type, or for all of its class, or as AWS does by itself. */
export function sendGatewayResponse(
  responses: ReadonlyMap<string, GatewayResponse>,
  error: GatewayError,
  context: GatewayContext,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const builtIn = RESPONSE_TYPES[error.type];
  const status = error.status ?? builtIn.status;
  const chosen =
    responses.get(error.type) ?? responses.get(status < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX');
  const variables: GatewayContext = {
    ...context,
    'context.error.message': error.message,
    'context.error.responseType': error.type,
    'context.error.validationErrorString': error.validationErrors ?? '',
  };
  const body = substitute(chosen?.template ?? DEFAULT_TEMPLATE, variables);
  const headers: Record<string, string | number> = {
    'content-type': chosen?.contentType ?? 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-amzn-errortype': builtIn.name,
  };
  for (const [name, expression] of chosen?.headers ?? []) {
    const value = headerValue(expression, variables, request);
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  response.writeHead(chosen?.status ?? status, headers);
  response.end(body);
}

/** No Velocity: variables are replaced and nothing else. All but the quoted `messageString` stand inside of quotes. */
function substitute(template: string, variables: GatewayContext): string {
  return template.replaceAll(/\$(context(?:\.[A-Za-z]+)+)/g, (_, name: string) =>
    name === 'context.error.messageString'
      ? JSON.stringify(variables['context.error.message'])
      : JSON.stringify(variables[name] ?? '').slice(1, -1),
  );
}

function headerValue(
  expression: string,
  variables: GatewayContext,
  request: IncomingMessage,
): string | undefined {
  const literal = /^'(.*)'$/.exec(expression)?.[1];
  if (literal !== undefined) return literal;
  const header = /^method\.request\.header\.(.+)$/.exec(expression)?.[1];
  if (header !== undefined) return request.headers[header.toLowerCase()]?.toString();
  return variables[expression];
}
