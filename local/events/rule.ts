import { z } from 'zod';
import type { TemplateResource } from '../template.ts';
import type { BusEvent } from './bus-event.ts';
import { compilePattern, type EventFields } from './event-pattern.ts';
import { compileTransformer, inputTransformerSchema } from './input-transformer.ts';

const TARGET = /^arn:aws:(sns:[^:]+:\d{12}:[\w-]+|lambda:[^:]+:\d{12}:function:[\w-]+)$/;

/** Strict, so that a rule which would behave otherwise on AWS does not load here: one on a schedule, for example. */
const ruleSchema = z.strictObject({
  Name: z.string().optional(),
  Description: z.string().optional(),
  EventBusName: z.string().default('default'),
  EventPattern: z.record(z.string(), z.custom<EventFields[string]>()),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z
    .array(
      z.strictObject({
        Arn: z.string().regex(TARGET, 'neither a topic nor a function'),
        Id: z.string(),
        InputTransformer: inputTransformerSchema.optional(),
        Input: z.string().optional(),
        // Where AWS puts what it could not deliver. Nothing is retried here: a failure is told at once.
        DeadLetterConfig: z.strictObject({ Arn: z.string() }).optional(),
        RetryPolicy: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .default([]),
  Tags: z.unknown().optional(),
});

export interface Rule {
  readonly name: string;
  readonly busName: string;
  readonly matches: (event: BusEvent) => boolean;
  readonly targets: readonly RuleTarget[];
}

export interface RuleTarget {
  readonly arn: string;
  /** What the target is given: JSON. */
  readonly inputFor: (event: BusEvent) => string;
}

/** Reads an AWS::Events::Rule. @throws Error naming what is not evaluated here */
export function readRule({ name, properties }: TemplateResource): Rule {
  const parsed = ruleSchema.safeParse(properties);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const { EventBusName, EventPattern, State, Targets } = parsed.data;
  const matches = compilePattern(EventPattern);
  return {
    name,
    busName: EventBusName.replace(/^.*event-bus\//, ''),
    matches: (event) => State === 'ENABLED' && matches({ ...event }),
    targets: Targets.map(({ Arn, Input, InputTransformer }) => {
      const transform = InputTransformer && compileTransformer(InputTransformer);
      return {
        arn: Arn,
        inputFor: (event) => Input ?? transform?.(event) ?? JSON.stringify(event),
      };
    }),
  };
}
