import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { LOCAL_ACCOUNT } from '../aws-service.ts';
import type { CallerIdentity } from './caller-identity.ts';
import type { MatchedRoute } from './match-route.ts';

export interface ProxyRequest {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly matched: MatchedRoute;
  readonly identity: CallerIdentity;
  readonly restApiId: string;
  readonly stage: string;
  /** Below the stage. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly requestId: string;
  readonly extendedRequestId: string;
  readonly now: Date;
  readonly binaryMediaTypes: readonly string[];
}

/** The event of a Lambda proxy integration of a REST API, payload format 1.0. */
export function buildProxyEvent(proxied: ProxyRequest): APIGatewayProxyEvent {
  const { request, body, matched, identity, stage, path, query, now } = proxied;
  const { route, pathParameters } = matched;
  const headers = headerPairs(request.rawHeaders);
  const httpMethod = request.method ?? '';
  const isBase64Encoded = isBinary(request.headers['content-type'], proxied.binaryMediaTypes);
  return {
    resource: route.resourcePath,
    path,
    httpMethod,
    headers: lastValues(headers),
    multiValueHeaders: allValues(headers),
    queryStringParameters: orNull(lastValues([...query])),
    multiValueQueryStringParameters: orNull(allValues([...query])),
    pathParameters: orNull({ ...pathParameters }),
    stageVariables: null,
    body: body.length === 0 ? null : body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    isBase64Encoded: body.length > 0 && isBase64Encoded,
    requestContext: {
      accountId: LOCAL_ACCOUNT,
      apiId: proxied.restApiId,
      authorizer: null,
      domainName: request.headers.host ?? '',
      domainPrefix: proxied.restApiId,
      extendedRequestId: proxied.extendedRequestId,
      httpMethod,
      identity: {
        ...identity,
        apiKey: null,
        apiKeyId: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: '127.0.0.1',
        userAgent: request.headers['user-agent'] ?? null,
      },
      path: `/${stage}${path}`,
      protocol: `HTTP/${request.httpVersion}`,
      requestId: proxied.requestId,
      requestTime: commonLogTime(now),
      requestTimeEpoch: now.getTime(),
      resourceId: route.resourceId,
      resourcePath: route.resourcePath,
      stage,
    },
  };
}

export function isBinary(
  contentType: string | undefined,
  binaryMediaTypes: readonly string[],
): boolean {
  const type = (contentType ?? 'application/json').split(';')[0]?.trim() ?? '';
  return binaryMediaTypes.some((it) => it === '*/*' || it === type);
}

/** In the client's spelling. The signature stays at the gateway. */
function headerPairs(raw: readonly string[]): (readonly [name: string, value: string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (name.toLowerCase() !== 'authorization') pairs.push([name, raw[index + 1] ?? '']);
  }
  return pairs;
}

function lastValues(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(pairs);
}

function allValues(pairs: readonly (readonly [string, string])[]): Record<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  return Object.fromEntries(values);
}

/** API Gateway writes null for what is empty. */
function orNull<T extends object>(record: T): T | null {
  return Object.keys(record).length === 0 ? null : record;
}

/** `22/Nov/2026:10:31:00 +0000` */
function commonLogTime(date: Date): string {
  const [, day, month, year, time] = date.toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
