import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { readBody, type StoredBody } from './stored-body.ts';

export interface S3Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A document, or bytes `start` (inclusive) to `end` (exclusive) of a stored body. */
  readonly body?:
    | string
    | { readonly stored: StoredBody; readonly start: number; readonly end: number };
}

export function xmlReply(
  document: string,
  headers: Readonly<Record<string, string>> = {},
): S3Reply {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body: document,
  };
}

export function emptyReply(headers: Readonly<Record<string, string>> = {}, status = 200): S3Reply {
  return { status, headers, body: '' };
}

/** Writes the reply; without `body` the headers stand alone, as HEAD and 304 need it. */
export async function sendReply(response: ServerResponse, reply: S3Reply): Promise<void> {
  const { body } = reply;
  if (body === undefined) {
    response.writeHead(reply.status, reply.headers).end();
  } else if (typeof body === 'string') {
    const bytes = Buffer.from(body);
    // A 204 has no length: https://www.rfc-editor.org/rfc/rfc9110#section-8.6
    const length = reply.status === 204 ? {} : { 'content-length': bytes.length };
    response.writeHead(reply.status, { ...reply.headers, ...length }).end(bytes);
  } else {
    response.writeHead(reply.status, {
      ...reply.headers,
      'content-length': body.end - body.start,
    });
    await pipeline(readBody(body.stored, body.start, body.end), response);
  }
}
