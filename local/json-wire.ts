import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { AccessDenied } from './aws-service.ts';

/** An error as a JSON service of AWS answers it: its name there, its HTTP status, what else it carries. */
export class WireError extends Error {
  override readonly name: string;
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    name: string,
    message: string,
    options: { status?: number; members?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message);
    this.name = name;
    this.status = options.status ?? 400;
    this.members = options.members ?? {};
  }
}

export async function readText(request: IncomingMessage): Promise<string> {
  return (await buffer(request)).toString('utf8');
}

/** The body of a request in the AWS JSON protocol. @throws WireError `SerializationException` */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WireError('SerializationException', error instanceof Error ? error.message : '');
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

/** Answers in a form that the SDK reads in the AWS JSON and the REST JSON protocols alike. */
export function sendError(response: ServerResponse, error: unknown): void {
  const { name, message, status, members } = toWireError(error);
  sendJson(
    response,
    status,
    { __type: name, message, Message: message, ...members },
    { 'x-amzn-errortype': name },
  );
}

/**
 * Answers a refusal as DynamoDB and KMS do: there AccessDenied has the status 400 as well.
 * @throws whatever is no refusal
 */
export function sendRefusal(response: ServerResponse, error: unknown): void {
  if (error instanceof AccessDenied)
    return sendError(response, new WireError('AccessDeniedException', error.message));
  if (!(error instanceof WireError)) throw error;
  sendError(response, error);
}

function toWireError(error: unknown): WireError {
  if (error instanceof WireError) return error;
  if (error instanceof AccessDenied)
    return new WireError('AccessDeniedException', error.message, { status: 403 });
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new WireError('InternalFailure', message, { status: 500 });
}
