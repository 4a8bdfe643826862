import { createServer, type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import type { AwsService } from './aws-service.ts';
import { type CallCounts, createCallCounts } from './call-counts.ts';
import { readCredentialScope } from './credential-scope.ts';
import type { Iam } from './iam.ts';
import { sendError, WireError } from './json-wire.ts';
import { closeServer, listenOnLoopback } from './loopback-server.ts';

/** One call of an AWS service, before it is handed on. */
export interface AwsCall {
  /** 0 for the first call this endpoint ever got. */
  readonly index: number;
  readonly signingName: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** `PutItem`, where the request's header names it: in DynamoDB, KMS and Step Functions, not in the REST protocols. */
  readonly operation?: string;
  readonly callerArn: string;
}

/**
 * `drop` cuts the connection before the service sees the call, as a crash or a lost network would; `lose` lets the service
 * do what it was asked and cuts the connection in the place of its answer; `after` lets something else happen first, and
 * then hands the call on.
 */
export type CallFate =
  | 'proceed'
  | 'drop'
  | 'lose'
  | { readonly refuse: { readonly status: number; readonly code: string } }
  | { readonly after: Promise<unknown> };

export interface AwsEndpoint {
  /** The AWS_ENDPOINT_URL for every SDK. */
  readonly url: string;
  readonly counts: CallCounts;
  /** Stops listening. The services are the caller's to close. */
  close(): Promise<void>;
}

export interface AwsEndpointOptions {
  readonly services: readonly AwsService[];
  readonly iam: Iam;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly onCall?: (call: AwsCall) => CallFate;
}

/** Starts the one HTTP server behind which all services of the embedded cloud are. */
export async function startAwsEndpoint(options: AwsEndpointOptions): Promise<AwsEndpoint> {
  const { services, iam, port = 0, onCall } = options;
  const serviceOf = new Map(services.map((service) => [service.signingName, service]));
  const counts = createCallCounts();
  let calls = 0;

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const scope = readCredentialScope(request);
    if (!scope) {
      refuse(request, response, guessService(request), {
        status: 403,
        code: 'MissingAuthenticationToken',
        message: 'Request is missing Authentication Token',
      });
      return;
    }
    const { accessKeyId, signingName } = scope;
    const service = serviceOf.get(signingName);
    if (!service) {
      refuse(request, response, signingName, {
        status: 501,
        code: 'NotImplemented',
        message: `The embedded cloud does not provide ${signingName}`,
      });
      return;
    }
    const caller = iam.callerForAccessKey(accessKeyId);
    const { method = '', url = '' } = request;
    const operation = operationOf(request);
    const fate =
      onCall?.({
        index: calls++,
        signingName,
        method,
        url,
        ...(operation !== undefined && { operation }),
        callerArn: caller.arn,
      }) ?? 'proceed';
    if (fate === 'drop') {
      request.socket.destroy();
    } else if (typeof fate === 'object' && 'refuse' in fate) {
      const message = 'Refused before the service saw it';
      refuse(request, response, signingName, { ...fate.refuse, message });
    } else if (fate === 'lose') {
      try {
        await service.handle(request, unheard(request), counts.counting(caller));
      } finally {
        request.socket.destroy();
      }
    } else {
      if (typeof fate === 'object') await fate.after;
      await service.handle(request, response, counts.counting(caller));
    }
  };

  const server = createServer((request, response) => {
    route(request, response).catch((error: unknown) => {
      failInternally(request, response, error);
    });
  });
  // A body may be GBs on a slow machine, and an idle connection of an SDK must not be cut while it is being reused.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 0;
  const url = await listenOnLoopback(server, port);
  return { url, counts, close: () => closeServer(server) };
}

/** A response that nobody receives. It takes all that is written, so that the service comes to its end as always. */
function unheard(request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  const nowhere = new Writable({
    // Never full: only the server of a real socket tells its response when it may go on.
    highWaterMark: Number.MAX_SAFE_INTEGER,
    write: (_chunk, _encoding, done) => done(),
  });
  // `assignSocket` uses of a socket only what every Writable has.
  response.assignSocket(nowhere as Socket);
  return response;
}

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Answers in the shape of the service, without reading the body: the connection ends with the answer. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  signingName: string,
  { status, code, message }: Refusal,
): void {
  request.resume();
  response.shouldKeepAlive = false;
  if (signingName !== 's3') {
    sendError(response, new WireError(code, message, { status }));
    return;
  }
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${text}</Message></Error>`,
  );
}

function failInternally(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  // Who hung up gets no answer, and their hanging up is what made the service fail.
  if (request.socket.destroyed) return;
  const message = error instanceof Error ? error.message : String(error);
  const trace = error instanceof Error ? error.stack : message;
  process.stderr.write(`${request.method} ${request.url}: ${trace}\n`);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const signingName = readCredentialScope(request)?.signingName ?? 's3';
  refuse(request, response, signingName, { status: 500, code: 'InternalFailure', message });
}

/** What `X-Amz-Target: DynamoDB_20120810.PutItem` names. */
function operationOf(request: IncomingMessage): string | undefined {
  const target = request.headers['x-amz-target'];
  return typeof target === 'string' ? target.split('.').at(-1) : undefined;
}

/** Without a signature only the form of a request tells which service it is for. S3 takes what no other would. */
function guessService(request: IncomingMessage): string {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return target.split(/[_.]/)[0]?.toLowerCase() ?? 'dynamodb';
  return /^\/(20\d\d-\d\d-\d\d\/functions|schedules|schedule-groups)\b/.test(request.url ?? '')
    ? 'lambda'
    : 's3';
}
