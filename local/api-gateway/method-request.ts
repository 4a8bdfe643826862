import type { IncomingMessage } from 'node:http';
import type { Route } from './api-definition.ts';
import type { GatewayError } from './gateway-response.ts';

/** What the route's validator has against a request, before any Lambda sees it. */
export function validateRequest(
  route: Route,
  request: IncomingMessage,
  query: URLSearchParams,
  body: Buffer,
): GatewayError | undefined {
  const missing = route.requiredParameters.filter((parameter) => {
    const [place = '', name = ''] = parameter.split(/\.(.*)/s);
    if (place === 'querystring') return !query.has(name);
    return place === 'header' && request.headers[name.toLowerCase()] === undefined;
  });
  if (missing.length > 0) {
    const names = missing.map((parameter) => parameter.replace(/^.*?\./, '')).join(', ');
    const message = `Missing required request parameters: [${names}]`;
    return { type: 'BAD_REQUEST_PARAMETERS', message, validationErrors: message };
  }
  const contentType = (request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim();
  const validator =
    route.bodyValidators.get(contentType ?? '') ?? route.bodyValidators.get('$default');
  const validationErrors = validator?.(body.toString('utf8'));
  if (validationErrors === undefined) return undefined;
  return { type: 'BAD_REQUEST_BODY', message: 'Invalid request body', validationErrors };
}
