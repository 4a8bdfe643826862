import { Readable } from 'node:stream';

export interface JsonReply {
  readonly body: unknown;
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

interface SentRequest {
  readonly body?: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Client options under which a real AWS SDK client talks to a function instead of the network: what it writes and reads
 * is what would be on the wire.
 */
export function answeredBy(answer: (body: Record<string, unknown>, action: string) => JsonReply) {
  return {
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: {
      async handle({ body, headers }: SentRequest) {
        const action = headers['x-amz-target']?.split('.').at(-1) ?? '';
        const text = typeof body === 'object' ? new TextDecoder().decode(body) : body;
        const reply = answer(JSON.parse(text ?? '{}'), action);
        return {
          response: {
            statusCode: reply.statusCode ?? 200,
            headers: { 'content-type': 'application/json', ...reply.headers },
            body: Readable.from([JSON.stringify(reply.body)]),
          },
        };
      },
    },
  };
}
