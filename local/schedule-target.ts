import { z } from 'zod';
import { WireError } from './json-wire.ts';

const STATE_MACHINE = /^arn:aws:states:[^:]+:\d{12}:stateMachine:[\w-]+$/;
const FUNCTION = /^arn:aws:lambda:[^:]+:\d{12}:function:[\w-]+$/;
const UNIVERSAL = /^arn:aws:scheduler:::aws-sdk:(.+)$/;
const START_EXECUTION = 'sfn:startExecution';

/** The target of a schedule, as the API of EventBridge Scheduler has it. */
export const targetSchema = z.strictObject({
  Arn: z.string(),
  RoleArn: z.string(),
  Input: z
    .string()
    .refine((input) => !input.includes('<aws.scheduler.'), 'keywords are not replaced')
    .default('{}'),
  // Where AWS puts what it could not deliver. Nothing is retried here: a failure is told at once.
  DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
  RetryPolicy: z
    .strictObject({
      MaximumEventAgeInSeconds: z.int().optional(),
      MaximumRetryAttempts: z.int().optional(),
    })
    .optional(),
});
export type Target = z.infer<typeof targetSchema>;

/** What a universal target is given has the names of the SDK for Java: StateMachineArn where the API has stateMachineArn. */
const startExecutionSchema = z.strictObject({
  StateMachineArn: z.string().regex(STATE_MACHINE, 'not a state machine'),
  Name: z.string().optional(),
  Input: z.string().default('{}'),
});

export interface StartExecution {
  readonly kind: 'execution';
  readonly stateMachineArn: string;
  /** Only a universal target can give one; otherwise it is made up at each delivery. */
  readonly name?: string;
  readonly input: string;
}

/** Scheduler invokes a function asynchronously: it is told what happened as soon as the event is queued. */
export interface InvokeFunction {
  readonly kind: 'function';
  readonly functionArn: string;
  readonly input: string;
}

/**
 * What a target starts: a Lambda function, or a state machine by its own ARN or by the universal target of StartExecution.
 * @throws WireError for any other target, naming it
 */
export function workOf({ Arn, Input }: Target): StartExecution | InvokeFunction {
  if (FUNCTION.test(Arn)) return { kind: 'function', functionArn: Arn, input: Input };
  if (STATE_MACHINE.test(Arn)) return { kind: 'execution', stateMachineArn: Arn, input: Input };
  const action = UNIVERSAL.exec(Arn)?.[1];
  if (action === undefined) throw invalid(`the target ${Arn} is not provided`);
  if (action !== START_EXECUTION) throw invalid(`the universal target ${action} is not provided`);
  const parsed = startExecutionSchema.safeParse(parseJson(Input));
  if (!parsed.success) throw invalid(`Input of ${action}: ${z.prettifyError(parsed.error)}`);
  const { StateMachineArn, Name, Input: input } = parsed.data;
  return {
    kind: 'execution',
    stateMachineArn: StateMachineArn,
    ...(Name !== undefined && { name: Name }),
    input,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('Input is not JSON');
  }
}

function invalid(message: string): WireError {
  return new WireError('ValidationException', message);
}
