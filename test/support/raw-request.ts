import { request } from 'node:http';
import { LOCAL_REGION } from '../../local/aws-service.ts';

export interface RawRequest {
  readonly method: string;
  /** Below the API's URL, sent as it is: `fetch` would resolve `..` and encode what is not ASCII. */
  readonly path: string;
  /** Sent as it is when it is text or bytes, else as JSON. */
  readonly body?: unknown;
  /** Who signs: `operator` by default, null for nobody. */
  readonly as?: string | null;
  /** In lower case; they replace those that are made of the rest. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RawAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** Sends what no client would, and tells what came back without reading anything into it. */
export function sendRaw(apiUrl: string, raw: RawRequest): Promise<RawAnswer> {
  const { hostname, port, origin } = new URL(apiUrl);
  const stage = apiUrl.slice(origin.length);
  const payload = payloadOf(raw.body);
  const signer = raw.as === undefined ? 'operator' : raw.as;
  const headers = {
    ...(payload && {
      'content-type': 'application/json',
      'content-length': String(payload.length),
    }),
    ...(signer !== null && { authorization: signature(signer) }),
    ...raw.headers,
  };
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  const sent = request(
    { hostname, port, method: raw.method, path: stage + raw.path, headers },
    (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          contentType: response.headers['content-type'] ?? '',
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    },
  );
  sent.on('error', reject);
  sent.end(payload);
  return promise;
}

function payloadOf(body: unknown): Buffer | undefined {
  if (body === undefined || Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** The embedded gateway believes the credential scope and verifies no signature. */
function signature(accessKeyId: string): string {
  const scope = `${accessKeyId}/20261122/${LOCAL_REGION}/execute-api/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
}
