import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import {
  bytesInMemory,
  readBody,
  releaseBody,
  retainBody,
  type StoredBody,
} from './stored-body.ts';

export interface S3Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A document, or bytes of a stored body. Without either the headers stand alone, as HEAD and 304 need it. */
  readonly body?: string | StoredRange;
}

/** Bytes `start` (inclusive) to `end` (exclusive). Its reference to the body is given back once they are sent. */
export interface StoredRange {
  readonly stored: StoredBody;
  readonly start: number;
  readonly end: number;
}

/** Takes the reference at once: the object may be deleted before the first byte is read. */
export function storedRange(stored: StoredBody, start: number, end: number): StoredRange {
  retainBody(stored);
  return { stored, start, end };
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
    try {
      response.writeHead(reply.status, {
        ...reply.headers,
        'content-length': body.end - body.start,
      });
      const bytes = bytesInMemory(body.stored, body.start, body.end);
      // A pipeline for a few kilobytes costs as much as the rest of the request.
      if (bytes) response.end(bytes);
      else await pipeline(readBody(body.stored, body.start, body.end), response);
    } finally {
      await releaseBody(body.stored);
    }
  }
}
