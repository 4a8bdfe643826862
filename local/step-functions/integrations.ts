import {
  InvokeCommand,
  LambdaClient,
  type LambdaClientConfig,
  LambdaServiceException,
} from '@aws-sdk/client-lambda';
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  type DeleteScheduleCommandInput,
  GetScheduleCommand,
  type GetScheduleCommandInput,
  SchedulerClient,
  SchedulerServiceException,
  UpdateScheduleCommand,
  type UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import type { Json } from './asl.ts';
import { StateError } from './error-names.ts';

/** How SDK clients reach the embedded cloud as one role. One attempt: what is retried, and when, the definition says. */
export type ClientConfig = Pick<
  LambdaClientConfig,
  'endpoint' | 'region' | 'credentials' | 'maxAttempts'
>;

type Call = (config: ClientConfig, input: Json) => Promise<Json>;

const LAMBDA_ARN = /^arn:aws[\w-]*:lambda:/;
const INTEGRATION = /^arn:aws[\w-]*:states:::(.+)$/;

const INTEGRATIONS: Readonly<Record<string, Call>> = {
  'lambda:invoke': invokeLambda,
  'aws-sdk:scheduler:createSchedule': (config, input) =>
    callScheduler(config, (client) =>
      client.send(new CreateScheduleCommand(input as unknown as CreateScheduleCommandInput)),
    ),
  'aws-sdk:scheduler:updateSchedule': (config, input) =>
    callScheduler(config, (client) =>
      client.send(new UpdateScheduleCommand(input as unknown as UpdateScheduleCommandInput)),
    ),
  'aws-sdk:scheduler:getSchedule': (config, input) =>
    callScheduler(config, (client) =>
      client.send(new GetScheduleCommand(input as unknown as GetScheduleCommandInput)),
    ),
  'aws-sdk:scheduler:deleteSchedule': (config, input) =>
    callScheduler(config, (client) =>
      client.send(new DeleteScheduleCommand(input as unknown as DeleteScheduleCommandInput)),
    ),
};

export function isSupportedResource(resource: string): boolean {
  return findCall(resource) !== undefined;
}

/**
 * Does what a Task's `Resource` says, through the same SDK and IAM as anybody.
 * @throws StateError under the name that Step Functions gives the error
 */
export async function callIntegration(
  resource: string,
  config: ClientConfig,
  input: Json,
): Promise<Json> {
  const call = findCall(resource);
  if (!call) throw new Error(`${resource} is not provided`);
  return call(config, input);
}

function findCall(resource: string): Call | undefined {
  if (LAMBDA_ARN.test(resource))
    return async (config, input) =>
      (await invoke(config, { FunctionName: resource, Payload: input })).payload;
  return INTEGRATIONS[INTEGRATION.exec(resource)?.[1] ?? ''];
}

async function invokeLambda(config: ClientConfig, input: Json): Promise<Json> {
  const { payload, requestId } = await invoke(config, input);
  return {
    ExecutedVersion: '$LATEST',
    Payload: payload,
    SdkHttpMetadata: { HttpStatusCode: 200 },
    SdkResponseMetadata: { RequestId: requestId },
    StatusCode: 200,
  };
}

async function invoke(config: ClientConfig, input: Json) {
  const { FunctionName, Payload = {} } = input as { FunctionName: string; Payload?: Json };
  const client = new LambdaClient(config);
  try {
    const answer = await client.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(Payload) }),
    );
    const text = answer.Payload?.transformToString() ?? 'null';
    if (answer.FunctionError) throw functionError(text);
    return { payload: JSON.parse(text) as Json, requestId: answer.$metadata.requestId ?? null };
  } catch (error) {
    if (error instanceof LambdaServiceException)
      throw new StateError(lambdaErrorName(error), describeServiceError('Lambda', error));
    throw unanswered('Lambda', error);
  } finally {
    client.destroy();
  }
}

/** The error's name is the `errorType`, its cause the whole payload as text. */
function functionError(payload: string): StateError {
  const { errorType } = JSON.parse(payload) as { errorType?: string };
  return new StateError(errorType || 'Lambda.Unknown', payload);
}

/** What Lambda itself refuses has its own name; a caller without permission gets the general one. */
function lambdaErrorName(error: LambdaServiceException): string {
  return error.name === 'AccessDeniedException' || !error.name.endsWith('Exception')
    ? 'Lambda.AWSLambdaException'
    : `Lambda.${error.name}`;
}

async function callScheduler(
  config: ClientConfig,
  send: (client: SchedulerClient) => Promise<object>,
): Promise<Json> {
  const client = new SchedulerClient(config);
  try {
    const { $metadata: _, ...output } = (await send(client)) as { $metadata?: unknown };
    return JSON.parse(JSON.stringify(output));
  } catch (error) {
    if (!(error instanceof SchedulerServiceException)) throw unanswered('Scheduler', error);
    const name = error.name.endsWith('Exception') ? error.name : 'SchedulerException';
    throw new StateError(`Scheduler.${name}`, describeServiceError('Scheduler', error));
  } finally {
    client.destroy();
  }
}

/** A call whose connection broke is the SDK's own failure on AWS. Anything else is a fault of this program, as it came. */
function unanswered(service: string, error: unknown): unknown {
  const isBroken = error instanceof Error && 'code' in error && typeof error.code === 'string';
  return isBroken ? new StateError(`${service}.SdkClientException`, error.message) : error;
}

function describeServiceError(
  service: string,
  error: {
    name: string;
    message: string;
    $metadata: { httpStatusCode?: number; requestId?: string };
  },
): string {
  const { httpStatusCode, requestId = 'none' } = error.$metadata;
  return `${error.message} (Service: ${service}, Status Code: ${httpStatusCode}, Error Code: ${error.name}, Request ID: ${requestId})`;
}
