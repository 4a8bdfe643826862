import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { startAwsEndpoint } from '../../local/aws-endpoint.ts';
import type { AwsService, Caller } from '../../local/aws-service.ts';
import { createClock } from '../../local/clock.ts';
import { createLambda } from '../../local/lambda/lambda.ts';
import { createLambdaService } from '../../local/lambda/lambda-service.ts';
import { createScheduler } from '../../local/scheduler.ts';
import type { AslMachine } from '../../local/step-functions/asl.ts';
import type { ExecutionEvent } from '../../local/step-functions/execution.ts';
import { createStepFunctions } from '../../local/step-functions/step-functions.ts';
import { createStepFunctionsService } from '../../local/step-functions/step-functions-service.ts';
import { writeBundle } from './bundles.ts';

export const START = new Date('2026-11-22T10:00:00.000Z');
export const MACHINE_ROLE = 'arn:aws:iam::111122223333:role/machine';

/** Clock, Lambda, Step Functions and Scheduler behind one endpoint, and objects that can only be read. */
export async function startSmallCloud() {
  const clock = createClock({ startTime: START });
  const events: ExecutionEvent[] = [];
  const objects = new Map<string, string>();
  const asked: string[] = [];
  const failedSchedules: unknown[] = [];

  const clientConfig = (accessKeyId: string) => ({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  // An access key stands for the role of its name.
  const machineConfig = (roleArn: string) => clientConfig(roleArn.replace(/^.*\//, ''));
  const lambda = createLambda({
    clock,
    environmentFor: () => ({}),
    compileCache: await mkdtemp(path.join(tmpdir(), 'compile-cache-')),
  });
  const stepFunctions = createStepFunctions({
    clock,
    clientConfig: machineConfig,
    onEvent: (event) => events.push(event),
  });
  const scheduler = createScheduler({
    clock,
    everyOccurrence: true,
    async startExecution({ roleArn, kind: _, ...start }) {
      await new SFNClient(machineConfig(roleArn)).send(new StartExecutionCommand(start));
    },
    async invokeFunction({ roleArn, functionArn, input }) {
      await new LambdaClient(machineConfig(roleArn)).send(
        new InvokeCommand({
          FunctionName: functionArn,
          InvocationType: 'Event',
          Payload: Buffer.from(input),
        }),
      );
    },
    onFailure: (_arn, error) => failedSchedules.push(error),
  });
  const callerForAccessKey = (accessKeyId: string): Caller => ({
    accessKeyId,
    arn: `arn:aws:iam::111122223333:user/${accessKeyId}`,
    authorise: (action, resource, context) =>
      asked.push([accessKeyId, action, resource, ...Object.values(context ?? {})].join(' ')),
  });
  const endpoint = await startAwsEndpoint({
    services: [
      createLambdaService(lambda),
      createStepFunctionsService(stepFunctions),
      scheduler,
      objectReader(objects),
    ],
    iam: { callerForAccessKey } as Parameters<typeof startAwsEndpoint>[0]['iam'],
  });

  return {
    clock,
    events,
    objects,
    /** What the services asked of the callers' permissions. */
    asked,
    failedSchedules,
    lambda,
    stepFunctions,
    clientConfig,
    async createFunction(name: string, code: string): Promise<string> {
      return lambda.createFunction({
        name,
        directory: await writeBundle(code),
        handler: 'index.handler',
        environment: {},
        timeoutSeconds: 30,
        memoryMb: 256,
      });
    },
    createMachine: (name: string, definition: AslMachine) =>
      stepFunctions.createStateMachine({ name, roleArn: MACHINE_ROLE, definition }),
    async close(): Promise<void> {
      stepFunctions.close();
      lambda.close();
      await endpoint.close();
    },
  };
}

function objectReader(objects: ReadonlyMap<string, string>): AwsService {
  return {
    signingName: 's3',
    async handle(request, response) {
      const body = objects.get(decodeURIComponent((request.url ?? '').split('?')[0] ?? ''));
      response.writeHead(body === undefined ? 404 : 200);
      response.end(body ?? '<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>');
    },
    close: async () => undefined,
  };
}
