import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Iam } from '../iam.ts';
import type { Route } from './api-definition.ts';
import type { GatewayError } from './gateway-response.ts';
import { type ProxyResponse, parseProxyResponse } from './proxy-response.ts';
import { refusalOf } from './refusal.ts';

export interface FunctionAnswer {
  /** JSON text. */
  readonly payload: string;
  /** Set when the function failed; `payload` then describes the error. */
  readonly functionError?: string;
}

/** Runs a function. @throws Error when Lambda did not run it */
export type InvokeFunction = (
  functionArn: string,
  event: APIGatewayProxyEvent,
) => Promise<FunctionAnswer>;

const SERVICE_PRINCIPAL = 'apigateway.amazonaws.com';
const INTERNAL_ERROR = 'Internal server error';

/** Hands a request to the route's function, as the permission at the function allows, and waits as long as the route says. */
export async function invokeFunction(
  { iam, invoke }: { iam: Iam; invoke: InvokeFunction },
  route: Route,
  { invokeArn, event }: { invokeArn: string; event: APIGatewayProxyEvent },
): Promise<ProxyResponse | GatewayError> {
  const gateway = iam.callerForService(SERVICE_PRINCIPAL, invokeArn);
  const denied = refusalOf(() => gateway.authorise('lambda:InvokeFunction', route.functionArn));
  if (denied) return configurationError(denied);

  const timeout = Promise.withResolvers<'timeout'>();
  const timer = setTimeout(() => timeout.resolve('timeout'), route.timeoutMs);
  try {
    const answered = await Promise.race([invoke(route.functionArn, event), timeout.promise]);
    if (answered === 'timeout') {
      return { type: 'INTEGRATION_TIMEOUT', message: 'Endpoint request timed out' };
    }
    const parsed = answered.functionError ? undefined : parseProxyResponse(answered.payload);
    return parsed ?? { type: 'DEFAULT_5XX', status: 502, message: INTERNAL_ERROR };
  } catch (error) {
    // What API Gateway takes (10 MB) may be more than Lambda does (6 MB).
    if (error instanceof Error && error.name === 'RequestTooLargeException')
      return { type: 'REQUEST_TOO_LARGE', message: 'Request Too Long' };
    return configurationError(
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
  } finally {
    clearTimeout(timer);
  }
}

/** The client learns nothing of the reason; on AWS it stands in the execution log. */
function configurationError(reason: string): GatewayError {
  process.stderr.write(`API Gateway could not invoke the function: ${reason}\n`);
  return { type: 'API_CONFIGURATION_ERROR', message: INTERNAL_ERROR };
}
