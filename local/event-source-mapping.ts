import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import type { StreamRecord } from './dynamodb/stream.ts';
import type { Iam } from './iam.ts';
import type { Lambda } from './lambda/lambda.ts';
import type { TemplateResource } from './template.ts';

/** Reads of a stream that Lambda makes with the function's role: https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html */
const STREAM_ACTIONS = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'] as const;
/** AWS does not say how it backs off. */
const RETRY_SECONDS_FIRST = 1;
const RETRY_SECONDS_MAX = 60;
/** DynamoDB keeps records for a day: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
const STREAM_RETENTION_SECONDS = 86_400;

/** Strict: a mapping that would behave otherwise on AWS does not load here. Batches are not waited for to fill up. */
const mappingSchema = z.strictObject({
  EventSourceArn: z.string().regex(/:dynamodb:.*\/stream\//, 'not the stream of a table'),
  FunctionName: z.string(),
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']),
  BatchSize: z.int().min(1).default(100),
  BisectBatchOnFunctionError: z.literal(false).default(false),
  ParallelizationFactor: z.literal(1).default(1),
  MaximumBatchingWindowInSeconds: z.literal(0).default(0),
  MaximumRetryAttempts: z.literal(-1).default(-1),
  MaximumRecordAgeInSeconds: z.int().default(-1),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  DestinationConfig: z
    .strictObject({
      OnFailure: z.strictObject({ Destination: z.string().regex(/^arn:aws:sqs:/, 'not a queue') }),
    })
    .optional(),
  Enabled: z.literal(true).default(true),
  // No metrics are kept here.
  MetricsConfig: z.unknown().optional(),
  Tags: z.unknown().optional(),
});
type Mapping = z.infer<typeof mappingSchema>;

const responseSchema = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).default([]),
});

export interface EventSourceOptions {
  readonly clock: Clock;
  readonly lambda: Pick<Lambda, 'describe' | 'invokeSynchronously'>;
  readonly iam: Pick<Iam, 'callerForRole'>;
  /** Records that became too old to be tried again. AWS says so to the mapping's destination. */
  readonly onExpired: (functionName: string, records: readonly StreamRecord[]) => void;
}

export type EventSources = ReturnType<typeof createEventSources>;

/**
 * Feeds functions from the streams of tables. A stream has one shard here: its records go to the function in batches, in
 * their order, and none is overtaken by a later one, however often it has to be tried again.
 */
export function createEventSources({ clock, lambda, iam, onExpired }: EventSourceOptions) {
  const closed = new AbortController();
  const feeds = new Map<string, ((record: StreamRecord) => void)[]>();

  function createFeed(mapping: Mapping): (record: StreamRecord) => void {
    const { FunctionName, BatchSize } = mapping;
    const queue: StreamRecord[] = [];
    let feeding = false;

    const feed = async (): Promise<void> => {
      let retrySeconds = RETRY_SECONDS_FIRST;
      while (queue.length > 0) {
        const done = await work(() => deliver(queue.slice(0, BatchSize)));
        queue.splice(0, done);
        if (done > 0) {
          retrySeconds = RETRY_SECONDS_FIRST;
          continue;
        }
        await clock.waitUntil(new Date(clock.now().getTime() + retrySeconds * 1000), {
          signal: closed.signal,
          label: `retry of the event source of ${FunctionName}`,
        });
        retrySeconds = Math.min(retrySeconds * 2, RETRY_SECONDS_MAX);
      }
      // In the same turn in which the queue was found empty: the next record must not be left lying.
      feeding = false;
    };
    const work = async <T>(run: () => Promise<T>): Promise<T> => {
      const end = clock.begin();
      try {
        return await run();
      } finally {
        end();
      }
    };

    /** @returns how many of the first records are done with */
    const deliver = async (batch: readonly StreamRecord[]): Promise<number> => {
      const expired = batch.filter((record) => ageSeconds(record) >= maximumAgeSeconds(mapping));
      // Records grow old in their order, so those that are too old come first.
      if (expired.length > 0) {
        onExpired(FunctionName, expired);
        return expired.length;
      }
      const outcome = await invoke(JSON.stringify({ Records: batch }));
      return outcome === undefined ? 0 : doneOf(batch, outcome, mapping);
    };

    /** @returns undefined when the function failed, or could not be invoked */
    const invoke = async (payload: string): Promise<unknown> => {
      try {
        const outcome = await lambda.invokeSynchronously(FunctionName, payload, randomUUID());
        return 'error' in outcome ? undefined : JSON.parse(outcome.payload);
      } catch {
        // Throttled, as every refusal that Lambda itself makes: it is tried again like a failure.
        return undefined;
      }
    };
    const ageSeconds = ({ dynamodb }: StreamRecord): number =>
      clock.now().getTime() / 1000 - dynamodb.ApproximateCreationDateTime;

    return (record) => {
      queue.push(record);
      if (feeding) return;
      feeding = true;
      feed().catch((error: unknown) => {
        if (!closed.signal.aborted) throw error;
      });
    };
  }

  return {
    /**
     * Provisions an AWS::Lambda::EventSourceMapping, once its function is there.
     * @throws AccessDenied when the function's role may not read the stream, or not tell the destination of its failures
     */
    createMapping({ properties }: TemplateResource): void {
      const parsed = mappingSchema.safeParse(properties);
      if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
      const { EventSourceArn, FunctionName, DestinationConfig } = parsed.data;
      const { roleArn = '' } = lambda.describe(FunctionName).definition;
      const caller = iam.callerForRole(roleArn);
      for (const action of STREAM_ACTIONS) caller.authorise(`dynamodb:${action}`, EventSourceArn);
      if (DestinationConfig)
        caller.authorise('sqs:SendMessage', DestinationConfig.OnFailure.Destination);
      feeds.set(EventSourceArn, [...(feeds.get(EventSourceArn) ?? []), createFeed(parsed.data)]);
    },
    /** A record of a stream that nothing is fed by is dropped. */
    take(record: StreamRecord): void {
      for (const feed of feeds.get(record.eventSourceARN) ?? []) feed(record);
    },
    close(): void {
      closed.abort(new Error('the embedded cloud is closed'));
    },
  };
}

/** The checkpoint after an answer: the first record that failed, whatever came of those after it. */
function doneOf(
  batch: readonly StreamRecord[],
  answer: unknown,
  { FunctionResponseTypes }: Mapping,
): number {
  if (FunctionResponseTypes.length === 0) return batch.length;
  const { success, data } = responseSchema.safeParse(answer ?? {});
  if (!success) return 0;
  const failed = new Set(data.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  if (failed.size === 0) return batch.length;
  // An identifier of no record counts as if the whole batch had failed.
  return Math.max(
    batch.findIndex(({ dynamodb }) => failed.has(dynamodb.SequenceNumber)),
    0,
  );
}

function maximumAgeSeconds({ MaximumRecordAgeInSeconds }: Mapping): number {
  return MaximumRecordAgeInSeconds === -1
    ? STREAM_RETENTION_SECONDS
    : Math.min(MaximumRecordAgeInSeconds, STREAM_RETENTION_SECONDS);
}
