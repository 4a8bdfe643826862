import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { isBinary } from './proxy-event.ts';

const headerValue = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const responseSchema = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), headerValue).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(headerValue)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().default(false),
});
export type ProxyResponse = z.infer<typeof responseSchema>;

/** @returns undefined for an answer that API Gateway calls malformed */
export function parseProxyResponse(payload: string): ProxyResponse | undefined {
  try {
    return responseSchema.safeParse(JSON.parse(payload)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function sendProxyResponse(
  response: ServerResponse,
  { statusCode, headers, multiValueHeaders, body, isBase64Encoded }: ProxyResponse,
  binaryMediaTypes: readonly string[],
): void {
  const merged = new Map<string, string | string[]>([['content-type', 'application/json']]);
  for (const [name, value] of Object.entries(headers ?? {})) merged.set(name.toLowerCase(), value);
  for (const [name, values] of Object.entries(multiValueHeaders ?? {})) {
    merged.set(name.toLowerCase(), values);
  }
  const decode =
    isBase64Encoded && isBinary(merged.get('content-type')?.toString(), binaryMediaTypes);
  const content = Buffer.from(body ?? '', decode ? 'base64' : 'utf8');
  response.writeHead(statusCode, {
    ...Object.fromEntries(merged),
    'content-length': content.length,
  });
  response.end(content);
}
