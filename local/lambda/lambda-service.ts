import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { AwsService, Caller } from '../aws-service.ts';
import { readText, sendError, sendJson, WireError } from '../json-wire.ts';
import { type Lambda, qualifiedArn } from './lambda.ts';

interface Call {
  /** Or its ARN; with a qualifier, when there is one. */
  readonly name: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Route {
  readonly method: string;
  /** Path after `/functions/<name>`, with the date that is the version of the API. */
  readonly path: RegExp;
  readonly action: string;
  readonly run: (lambda: Lambda, call: Call) => void | Promise<void>;
}

const concurrencySchema = z.object({ ReservedConcurrentExecutions: z.int().min(0) });

const ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/,
    action: 'lambda:InvokeFunction',
    run: invoke,
  },
  {
    method: 'GET',
    path: /^\/2015-03-31\/functions\/([^/]+)\/configuration$/,
    action: 'lambda:GetFunctionConfiguration',
    run: (lambda, { name, response }) => sendJson(response, 200, configuration(lambda, name)),
  },
  {
    method: 'GET',
    path: /^\/2015-03-31\/functions\/([^/]+)$/,
    action: 'lambda:GetFunction',
    run: (lambda, { name, response }) =>
      sendJson(response, 200, {
        Configuration: configuration(lambda, name),
        ...reservation(lambda, name, (limit) => ({
          Concurrency: { ReservedConcurrentExecutions: limit },
        })),
      }),
  },
  {
    method: 'PUT',
    path: /^\/2017-10-31\/functions\/([^/]+)\/concurrency$/,
    action: 'lambda:PutFunctionConcurrency',
    async run(lambda, { name, request, response }) {
      const { success, data } = concurrencySchema.safeParse(parseJson(await readText(request)));
      if (!success)
        throw new WireError(
          'InvalidParameterValueException',
          'ReservedConcurrentExecutions must be a whole number of 0 or more',
        );
      lambda.reserveConcurrency(name, data.ReservedConcurrentExecutions);
      sendJson(response, 200, data);
    },
  },
  {
    method: 'GET',
    path: /^\/2019-09-30\/functions\/([^/]+)\/concurrency$/,
    action: 'lambda:GetFunctionConcurrency',
    run: (lambda, { name, response }) =>
      sendJson(
        response,
        200,
        reservation(lambda, name, (limit) => ({ ReservedConcurrentExecutions: limit })),
      ),
  },
  {
    method: 'DELETE',
    path: /^\/2017-10-31\/functions\/([^/]+)\/concurrency$/,
    action: 'lambda:DeleteFunctionConcurrency',
    run(lambda, { name, response }) {
      lambda.reserveConcurrency(name, undefined);
      sendJson(response, 204, undefined);
    },
  },
];

/** Lambda's wire protocol (REST JSON), as far as this product and its demo call it. */
export function createLambdaService(lambda: Lambda): AwsService {
  return {
    signingName: 'lambda',
    async handle(request, response, caller) {
      try {
        await route(lambda, request, response, caller);
      } catch (error) {
        sendError(response, error);
      }
    },
    async close() {
      lambda.close();
    },
  };
}

async function route(
  lambda: Lambda,
  request: IncomingMessage,
  response: ServerResponse,
  caller: Caller,
): Promise<void> {
  const { pathname: path, searchParams } = new URL(request.url ?? '/', 'http://lambda');
  for (const candidate of ROUTES) {
    const match = request.method === candidate.method && candidate.path.exec(path);
    if (!match) continue;
    const asked = decodeURIComponent(match[1] ?? '');
    const qualifier = searchParams.get('Qualifier');
    const name = qualifier === null ? asked : `${asked}:${qualifier}`;
    caller.authorise(candidate.action, qualifiedArn(name));
    await candidate.run(lambda, { name, request, response });
    return;
  }
  throw new WireError('UnknownOperationException', `${request.method} ${path}`, { status: 404 });
}

async function invoke(lambda: Lambda, { name, request, response }: Call): Promise<void> {
  const requestId = randomUUID();
  const payload = (await readText(request)) || '{}';
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  const headers = { 'x-amzn-requestid': requestId, 'x-amz-executed-version': '$LATEST' };
  parseJson(payload);
  if (type === 'DryRun') {
    lambda.describe(name);
    sendJson(response, 204, undefined, headers);
  } else if (type === 'Event') {
    lambda.invokeAsynchronously(name, payload, requestId);
    sendJson(response, 202, undefined, headers);
  } else {
    const outcome = await lambda.invokeSynchronously(name, payload, requestId);
    const failed = 'error' in outcome;
    response.writeHead(200, {
      'content-type': 'application/json',
      ...headers,
      ...(failed && { 'x-amz-function-error': 'Unhandled' }),
    });
    response.end(failed ? JSON.stringify(outcome.error) : outcome.payload);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WireError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${error instanceof Error ? error.message : error}`,
      { members: { Type: 'User' } },
    );
  }
}

function configuration(lambda: Lambda, name: string) {
  const { definition, arn } = lambda.describe(name);
  return {
    FunctionName: definition.name,
    FunctionArn: arn,
    Handler: definition.handler,
    MemorySize: definition.memoryMb,
    PackageType: 'Zip',
    Role: definition.roleArn,
    Runtime: 'nodejs24.x',
    State: 'Active',
    Timeout: definition.timeoutSeconds,
    Version: '$LATEST',
  };
}

function reservation<T extends object>(
  lambda: Lambda,
  name: string,
  body: (limit: number) => T,
): T | object {
  const { reservedConcurrency } = lambda.describe(name);
  return reservedConcurrency === undefined ? {} : body(reservedConcurrency);
}
