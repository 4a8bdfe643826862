import { describe, expect, it } from 'vitest';
import { createClock } from '../../local/clock.ts';
import { createStream, streamArn } from '../../local/dynamodb/stream.ts';
import { createEventSources } from '../../local/event-source-mapping.ts';
import { createIam } from '../../local/iam.ts';
import { resolveTemplate } from '../../local/template.ts';

const START = new Date('2026-11-22T10:00:00.000Z');
const ARN = streamArn('Stack-Ledger');

function template(mapping: object = {}, actions = '*') {
  return resolveTemplate(
    {
      Resources: {
        Role: {
          Type: 'AWS::IAM::Role',
          Properties: {
            Policies: [
              {
                PolicyName: 'stream',
                PolicyDocument: {
                  Statement: { Effect: 'Allow', Action: `dynamodb:${actions}`, Resource: ARN },
                },
              },
            ],
          },
        },
        Mapping: {
          Type: 'AWS::Lambda::EventSourceMapping',
          Properties: {
            EventSourceArn: ARN,
            FunctionName: 'publish',
            StartingPosition: 'TRIM_HORIZON',
            BatchSize: 3,
            FunctionResponseTypes: ['ReportBatchItemFailures'],
            ...mapping,
          },
        },
      },
    },
    'Stack',
  );
}

type Answer = (numbers: readonly number[], call: number) => unknown;

/** A function that answers as it is told to, fed by a stream. */
function scene(answer: Answer, { resources = template(), longMs = 0 } = {}) {
  const clock = createClock({ startTime: START });
  const stream = createStream('Stack-Ledger', clock.now);
  const calls: { numbers: readonly number[]; at: string }[] = [];
  const expired: number[] = [];
  const roleArn = resources.ofType('AWS::IAM::Role')[0]?.arn ?? '';
  const sources = createEventSources({
    clock,
    iam: createIam(resources),
    lambda: {
      describe: () => ({
        definition: {
          name: 'publish',
          directory: '/',
          handler: 'index.handler',
          environment: {},
          timeoutSeconds: 1,
          memoryMb: 128,
          roleArn,
        },
        arn: 'publish',
        reservedConcurrency: undefined,
      }),
      async invokeSynchronously(_name, payload) {
        const { Records } = JSON.parse(payload) as {
          Records: { dynamodb: { SequenceNumber: string } }[];
        };
        const numbers = Records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber));
        calls.push({ numbers, at: clock.now().toISOString().slice(11, 19) });
        if (longMs > 0) await new Promise((resolve) => setTimeout(resolve, longMs));
        const said = answer(numbers, calls.length);
        return said instanceof Error
          ? { error: { errorType: said.name, errorMessage: said.message, trace: [] } }
          : { payload: JSON.stringify(said ?? null) };
      },
    },
    onExpired: (_, records) =>
      expired.push(...records.map(({ dynamodb }) => Number(dynamodb.SequenceNumber))),
  });
  for (const mapping of resources.ofType('AWS::Lambda::EventSourceMapping'))
    sources.createMapping(mapping);
  const write = (count: number) => {
    for (let written = 0; written < count; written += 1) {
      const after = { planeId: { S: 'kp_1' } };
      const record = stream.recordOf({ keys: after, before: undefined, after });
      if (record) sources.take(record);
    }
  };
  return { clock, calls, expired, write, sources, batches: () => calls.map((it) => it.numbers) };
}

const failing = (...numbers: number[]) => ({
  batchItemFailures: numbers.map((number) => ({
    itemIdentifier: String(number).padStart(21, '0'),
  })),
});

describe('an event source mapping', () => {
  it('hands records on in their order, in batches, and one batch after the other', async () => {
    const { clock, write, batches } = scene(() => undefined, { longMs: 2 });
    write(8);
    await clock.settle();
    write(1);
    await clock.settle();
    expect(batches()).toEqual([[1], [2, 3, 4], [5, 6, 7], [8], [9]]);
  });

  it('keeps the clock from jumping until all is handed on', async () => {
    const { clock, write, calls } = scene(() => undefined, { longMs: 5 });
    const tomorrow = clock.waitUntil(new Date('2026-11-23T10:00:00.000Z'));
    write(7);
    await clock.jumpToNextTimer();
    await tomorrow;
    expect(calls.map(({ at }) => at)).toEqual(calls.map(() => '10:00:00'));
    expect(calls.flatMap(({ numbers }) => numbers)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('goes on from the first record that failed, and lets none overtake it', async () => {
    const { clock, write, batches } = scene((_, call) => (call === 2 ? failing(4, 3) : undefined));
    write(5);
    await clock.runUntil(() => batches().flat().includes(5));
    expect(batches()).toEqual([[1], [2, 3, 4], [3, 4, 5]]);
  });

  it.each<[string, unknown]>([
    ['crashes', new Error('boom')],
    ['names a record that is not in the batch', failing(99)],
    ['answers something else', { batchItemFailures: 'all' }],
  ])('tries the whole batch again when the function %s, later and later', async (_, said) => {
    const { clock, write, calls } = scene((_numbers, call) => (call <= 3 ? said : undefined));
    write(1);
    await clock.settle();
    write(1);
    await clock.runUntil(() => calls.length === 4);
    expect(calls).toEqual([
      { numbers: [1], at: '10:00:00' },
      { numbers: [1, 2], at: '10:00:01' },
      { numbers: [1, 2], at: '10:00:03' },
      { numbers: [1, 2], at: '10:00:07' },
    ]);
  });

  it('gives up on a record that has become too old, says so, and goes on', async () => {
    const { clock, write, expired, calls } = scene(
      (numbers) => (numbers.includes(1) ? new Error('boom') : undefined),
      { resources: template({ MaximumRecordAgeInSeconds: 3600 }) },
    );
    write(1);
    await clock.advanceBy({ seconds: 1800 });
    write(1);
    await clock.runUntil(() => expired.length > 0);
    await clock.settle();
    expect(expired).toEqual([1]);
    expect(calls.at(-1)?.numbers).toEqual([2]);
    expect(Number(calls.at(-1)?.at.slice(0, 2))).toBe(11);
  });

  it('needs a role that may read the stream', () => {
    expect(() => scene(() => undefined, { resources: template({}, 'GetRecords') })).toThrow(
      'dynamodb:DescribeStream',
    );
  });

  it.each<[object, string]>([
    [{ BisectBatchOnFunctionError: true }, 'BisectBatchOnFunctionError'],
    [{ ParallelizationFactor: 2 }, 'ParallelizationFactor'],
    [{ FilterCriteria: {} }, 'FilterCriteria'],
    [{ EventSourceArn: 'arn:aws:sqs:us-east-1:111122223333:queue' }, 'not the stream of a table'],
  ])('does not load with %j', (mapping, why) => {
    expect(() => scene(() => undefined, { resources: template(mapping) })).toThrow(why);
  });
});
