import path from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { makeTemporaryFolder } from '../command/temporary-folder.ts';
import { startApiGateway } from './api-gateway.ts';
import { type AwsCall, type CallFate, startAwsEndpoint } from './aws-endpoint.ts';
import { LOCAL_REGION } from './aws-service.ts';
import type { CallCounts } from './call-counts.ts';
import { type Clock, type ClockMode, createClock } from './clock.ts';
import { answerControl } from './control-api.ts';
import { startDynamoDb } from './dynamodb.ts';
import { createEventSources } from './event-source-mapping.ts';
import { deliverTo } from './event-targets.ts';
import { createEvents, type EventBuses } from './events.ts';
import { writeUsedGrants } from './grants-used.ts';
import { type Credentials, createIam, type Iam } from './iam.ts';
import { createKms } from './kms.ts';
import {
  createLambda,
  type FunctionDefinition,
  type FunctionLogLine,
  type InvocationEvent,
  type Lambda,
} from './lambda/lambda.ts';
import { createLambdaService } from './lambda/lambda-service.ts';
import { provision } from './provision.ts';
import type { FilledVersion } from './s3/fill-bucket.ts';
import { createS3Service } from './s3/s3-service.ts';
import { forwardToS3 } from './s3-engine.ts';
import { createScheduler } from './scheduler.ts';
import { createSns, type Sns } from './sns.ts';
import type { ExecutionEvent } from './step-functions/execution.ts';
import { createStepFunctions, type StepFunctions } from './step-functions/step-functions.ts';
import { createStepFunctionsService } from './step-functions/step-functions-service.ts';
import { readTemplate, type Template, type TemplateResource } from './template.ts';

export interface CloudOptions {
  /** What `cdk synth` wrote. */
  readonly assemblyDirectory: string;
  /** May be left out when the assembly has only one stack. */
  readonly stackName?: string;
  /** `virtual` (the default) stands still but for jumps, `real` flows. */
  readonly clock?: ClockMode;
  readonly startTime?: Date;
  /**
   * Whether a schedule that comes back is kept each of its times. By default, of those that one jump of the clock passes,
   * only the first and the last: a year of daily work would take longer than everything that waits for the year to pass.
   */
  readonly everyOccurrence?: boolean;
  /** 0, the default, takes any free port. */
  readonly apiPort?: number;
  readonly endpointPort?: number;
  /** Another engine in the place of the embedded one: by default `AWS_ENDPOINT_URL_S3`, if set. */
  readonly s3Url?: string | undefined;
  /** The same for DynamoDB: by default `AWS_ENDPOINT_URL_DYNAMODB`, if set. */
  readonly dynamodbUrl?: string | undefined;
  readonly onLog?: (entry: FunctionLogLine) => void;
  readonly onEvent?: (event: ExecutionEvent) => void;
  readonly onInvocation?: (event: InvocationEvent) => void;
  /** Where a cloud leaves which grants were used, when it closes: by default `GRANTS_USED_DIRECTORY`, if set. */
  readonly grantsUsedDirectory?: string | undefined;
  /** Decides about every AWS call before its service sees it, to inject faults. */
  readonly onCall?: (call: AwsCall) => CallFate;
}

export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly forcePathStyle: true;
}

/** A stack, as `cdk deploy` would send it, running on this machine. */
export interface Cloud extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/<stage>`, without a slash at its end. */
  readonly apiUrl: string;
  /** The AWS_ENDPOINT_URL for any SDK or CLI. */
  readonly endpointUrl: string;
  readonly clock: Clock;
  readonly template: Template;
  readonly iam: Iam;
  readonly lambda: Lambda;
  readonly stepFunctions: StepFunctions;
  /** What the event buses took. */
  readonly events: Pick<EventBuses, 'published'>;
  /** What topics would have sent to their subscribers. */
  readonly sns: Pick<Sns, 'messages'>;
  /** What was called, by caller and action. */
  readonly counts: CallCounts;
  /** For any SDK client. The access key is the identity: `operator` signs as `user/operator`. */
  clientConfig(accessKeyId: string): ClientConfig;
  /**
   * The one resource of this type, or of any of a service (`AWS::DynamoDB::`), whose construct path, or logical id, has `part` in it.
   * @throws Error when there is none, or more than one
   */
  resource(type: string, part?: string): TemplateResource;
  /** What `Ref` answers for it: the name of a bucket, a table or a function, the id of a key, the ARN of a machine. */
  physicalName(type: string, part?: string): string;
  /** Puts versions into a bucket without requests. @throws Error when S3 is another engine, or has no such bucket */
  fillBucket(name: string, versions: Iterable<FilledVersion>): void;
  /** Ends what runs, closes every port and deletes what was stored. */
  close(): Promise<void>;
}

/** Reads a synthesised stack and runs it. @throws Error naming what it has that the embedded cloud does not provide */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  await using starting = new AsyncDisposableStack();
  const { clock: mode = 'virtual', startTime, onEvent, onInvocation, onLog, onCall } = options;
  const template = readTemplate(options.assemblyDirectory, options.stackName);
  const { path: directory } = starting.use(await makeTemporaryFolder('embedded-cloud'));
  const clock = createClock({ mode, ...(startTime && { startTime }) });
  starting.defer(() => clock.close());
  const iam = createIam(template);
  const { grantsUsedDirectory = process.env.GRANTS_USED_DIRECTORY } = options;
  if (grantsUsedDirectory)
    starting.defer(() => writeUsedGrants(grantsUsedDirectory, template, iam.usedGrants()));

  const clientConfig = (credentials: Credentials): ClientConfig => ({
    endpoint: endpoint.url,
    region: LOCAL_REGION,
    credentials,
    forcePathStyle: true,
  });
  /** One attempt: what is tried again, and when, is said by the state machine. */
  const roleConfig = (roleArn: string) => ({
    ...clientConfig(iam.issueCredentials(roleArn)),
    maxAttempts: 1,
  });

  const lambda = createLambda({
    clock,
    // Beside the code it was compiled from: it outlives a cloud, so that the next one starts faster, and goes with the assembly.
    compileCache: path.join(options.assemblyDirectory, '.compile-cache'),
    environmentFor: (definition) => ({
      AWS_ENDPOINT_URL: endpoint.url,
      ...credentialVariables(credentialsOf(iam, definition)),
    }),
    ...(onLog && { onLog }),
    ...(onInvocation && { onInvocation }),
  });
  const stepFunctions = createStepFunctions({
    clock,
    clientConfig: roleConfig,
    ...(onEvent && { onEvent }),
  });
  const scheduler = createScheduler({
    clock,
    everyOccurrence: options.everyOccurrence ?? false,
    async startExecution({ roleArn, kind: _, ...start }) {
      await new SFNClient(roleConfig(roleArn)).send(new StartExecutionCommand(start));
    },
    async invokeFunction({ roleArn, functionArn, input }) {
      await new LambdaClient(roleConfig(roleArn)).send(
        new InvokeCommand({
          FunctionName: functionArn,
          InvocationType: 'Event',
          Payload: Buffer.from(input),
        }),
      );
    },
    onFailure(arn, error) {
      process.stderr.write(`${arn} could not start its target: ${error}\n`);
    },
  });
  const {
    s3Url = process.env.AWS_ENDPOINT_URL_S3,
    dynamodbUrl = process.env.AWS_ENDPOINT_URL_DYNAMODB,
  } = options;
  const s3 = s3Url ? forwardToS3(s3Url) : createS3Service({ now: clock.now, directory });
  const eventSources = createEventSources({
    clock,
    lambda,
    iam,
    onExpired(functionName, records) {
      process.stderr.write(`${functionName} never took ${records.length} records of its stream\n`);
    },
  });
  starting.defer(() => eventSources.close());
  const dynamodb = await startDynamoDb(dynamodbUrl || undefined, {
    now: clock.now,
    begin: clock.begin,
    onRecord: eventSources.take,
  });
  const sns = createSns(clock.now);
  const events = createEvents({
    now: clock.now,
    deliver: deliverTo({ iam, sns, lambda }),
    onFailure(ruleArn, error) {
      process.stderr.write(`${ruleArn} could not reach its target: ${error}\n`);
    },
  });
  const services = [
    s3,
    dynamodb,
    createKms(template),
    scheduler,
    sns,
    events,
    createLambdaService(lambda),
    createStepFunctionsService(stepFunctions),
  ];
  for (const service of services) starting.defer(() => service.close());
  const endpoint = await startAwsEndpoint({
    services,
    iam,
    port: options.endpointPort ?? 0,
    ...(onCall && { onCall }),
  });
  starting.defer(() => endpoint.close());
  await provision(template, {
    s3,
    dynamodb,
    lambda,
    stepFunctions,
    scheduler,
    events,
    sns,
    eventSources,
  });
  const api = await startApiGateway({
    template,
    iam,
    now: clock.now,
    port: options.apiPort ?? 0,
    invoke: (functionArn, event) => lambda.invokeAsText(functionArn, event),
    intercept: (request, response) => answerControl(clock, request, response),
  });
  starting.defer(() => api.close());

  const resource: Cloud['resource'] = (type, part = '') => findResource(template, type, part);
  const running = starting.move();
  return {
    apiUrl: api.url,
    endpointUrl: endpoint.url,
    clock,
    template,
    iam,
    lambda,
    stepFunctions,
    events,
    sns,
    counts: endpoint.counts,
    clientConfig: (accessKeyId) => clientConfig({ accessKeyId, secretAccessKey: 'local' }),
    resource,
    physicalName: (type, part) => resource(type, part).ref,
    fillBucket(name, versions) {
      if (!('fillBucket' in s3)) throw new Error('only the embedded S3 is filled without requests');
      s3.fillBucket(name, versions);
    },
    close: () => running.disposeAsync(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** A function of nobody's stack acts as the person of its own name. */
function credentialsOf(iam: Iam, { name, roleArn }: FunctionDefinition): Credentials {
  return roleArn === undefined
    ? { accessKeyId: name, secretAccessKey: 'local' }
    : iam.issueCredentials(roleArn);
}

function credentialVariables({ accessKeyId, secretAccessKey }: Credentials) {
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
}

function findResource(template: Template, type: string, part: string): TemplateResource {
  const found = [...template.resources.values()].filter(
    (resource) =>
      (type.endsWith('::') ? resource.type.startsWith(type) : resource.type === type) &&
      (resource.path.includes(part) || resource.logicalId.includes(part)),
  );
  const [only, ...others] = found;
  if (only && others.length === 0) return only;
  const names = found.map(({ path: constructPath }) => constructPath).join(', ') || 'none';
  throw new Error(`looked for one ${type} with '${part}' in its path, found ${names}`);
}
