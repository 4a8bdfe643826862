import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { LOCAL_REGION } from './aws-service.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string;
  /** Parsed JSON, or the text where the answer is none. */
  // biome-ignore lint/suspicious/noExplicitAny: callers check what they read; a wrong shape fails their check
  readonly body: any;
}

export interface ApiClient {
  call(method: string, path: string, body?: unknown): Promise<ApiAnswer>;
}

/** Calls the API as one identity, signed as any AWS client would. The secret does not matter to the embedded cloud. */
export function apiClient(apiUrl: string, accessKeyId: string): ApiClient {
  const signer = new SignatureV4({
    service: 'execute-api',
    region: LOCAL_REGION,
    credentials: { accessKeyId, secretAccessKey: 'local' },
    sha256: Sha256,
  });
  return {
    async call(method, path, body) {
      const url = new URL(apiUrl + path);
      const payload =
        body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
      const signed = await signer.sign({
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        port: Number(url.port),
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: { host: url.host, ...(payload && { 'content-type': 'application/json' }) },
        body: payload,
      });
      const response = await fetch(url, { method, headers: signed.headers, body: payload ?? null });
      const text = await response.text();
      const contentType = response.headers.get('content-type') ?? '';
      return {
        status: response.status,
        contentType,
        body: contentType.includes('json') && text !== '' ? JSON.parse(text) : text,
      };
    },
  };
}
