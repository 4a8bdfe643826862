import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type ApiDefinition, readApi } from './api-gateway/api-definition.ts';
import { ANONYMOUS, callerIdentity } from './api-gateway/caller-identity.ts';
import { type GatewayError, sendGatewayResponse } from './api-gateway/gateway-response.ts';
import { type InvokeFunction, invokeFunction } from './api-gateway/integration.ts';
import { matchRoute } from './api-gateway/match-route.ts';
import { validateRequest } from './api-gateway/method-request.ts';
import { buildProxyEvent } from './api-gateway/proxy-event.ts';
import { type ProxyResponse, sendProxyResponse } from './api-gateway/proxy-response.ts';
import { readBody } from './api-gateway/read-body.ts';
import { refusalOf } from './api-gateway/refusal.ts';
import type { Caller } from './aws-service.ts';
import { readCredentialScope } from './credential-scope.ts';
import type { Iam } from './iam.ts';
import { closeServer, listenOnLoopback } from './loopback-server.ts';
import { readTarget } from './request-target.ts';
import { localArn } from './template/resource-identity.ts';
import type { Template } from './template.ts';

export interface ApiGatewayOptions {
  readonly template: Template;
  readonly iam: Iam;
  readonly invoke: InvokeFunction;
  readonly now: () => Date;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Answers requests that are not for the API, and says so by `true`. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
}

export interface ApiGateway {
  /** `http://127.0.0.1:<port>/<stage>` */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the REST API of the template: its routes, models, gateway responses and Lambda proxy integrations. */
export async function startApiGateway(options: ApiGatewayOptions): Promise<ApiGateway> {
  const api = readApi(options.template);
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    if (await options.intercept?.(request, response)) return;
    await answer(api, options, request, response);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      if (request.socket.destroyed) return;
      process.stderr.write(`${request.method} ${request.url}: ${traceOf(error)}\n`);
      response.destroy();
    });
  });
  server.keepAliveTimeout = 0;
  const url = await listenOnLoopback(server, options.port ?? 0);
  return { url: `${url}/${api.stage}`, close: () => closeServer(server) };
}

async function answer(
  api: ApiDefinition,
  options: ApiGatewayOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const requestId = randomUUID();
  const extendedRequestId = `${randomBytes(11).toString('base64url')}=`;
  response.setHeader('x-amzn-requestid', requestId);
  response.setHeader('x-amz-apigw-id', extendedRequestId);

  const { path: pathname, query } = readTarget(request);
  const httpMethod = request.method ?? '';
  const path = pathname.slice(`/${api.stage}`.length) || '/';
  const matched = pathname.startsWith(`/${api.stage}/`)
    ? matchRoute(api.routes, httpMethod, path)
    : undefined;

  const outcome = await proxy();
  if ('statusCode' in outcome) {
    sendProxyResponse(response, outcome, api.binaryMediaTypes);
    return;
  }
  // Whatever of the body is still coming is not read.
  request.resume();
  if (!request.complete) response.shouldKeepAlive = false;
  const context = {
    'context.requestId': requestId,
    'context.extendedRequestId': extendedRequestId,
    'context.httpMethod': httpMethod,
    'context.path': pathname,
    'context.resourcePath': matched?.route.resourcePath ?? '',
    'context.stage': api.stage,
    'context.apiId': api.restApiId,
    'context.identity.sourceIp': '127.0.0.1',
  };
  sendGatewayResponse(api.gatewayResponses, outcome, context, request, response);

  async function proxy(): Promise<ProxyResponse | GatewayError> {
    // AWS does not tell an unknown route from a missing signature.
    if (!matched) return MISSING_TOKEN;
    const caller = matched.route.signed ? signer(options.iam, request) : undefined;
    if (matched.route.signed && !caller) return MISSING_TOKEN;
    const invokeArn = localArn('execute-api', `${api.restApiId}/${api.stage}/${httpMethod}${path}`);
    const denied = caller && refusalOf(() => caller.authorise('execute-api:Invoke', invokeArn));
    if (denied) return { type: 'ACCESS_DENIED', message: denied };

    const body = await readBody(request);
    if (!body) return { type: 'REQUEST_TOO_LARGE', message: 'Request Too Long' };
    const invalid = validateRequest(matched.route, request, query, body);
    if (invalid) return invalid;

    return invokeFunction(options, matched.route, {
      invokeArn,
      event: buildProxyEvent({
        request,
        body,
        matched,
        identity: caller ? callerIdentity(caller) : ANONYMOUS,
        restApiId: api.restApiId,
        stage: api.stage,
        path,
        query,
        requestId,
        extendedRequestId,
        now: options.now(),
        binaryMediaTypes: api.binaryMediaTypes,
      }),
    });
  }
}

const MISSING_TOKEN: GatewayError = {
  type: 'MISSING_AUTHENTICATION_TOKEN',
  message: 'Missing Authentication Token',
};

function signer(iam: Iam, request: IncomingMessage): Caller | undefined {
  const scope = readCredentialScope(request);
  return scope?.signingName === 'execute-api'
    ? iam.callerForAccessKey(scope.accessKeyId)
    : undefined;
}

function traceOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
