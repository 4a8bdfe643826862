import { Readable } from 'node:stream';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { expect, test } from 'vitest';
import { erasePurgeSchedule } from '../../lambdas/adapters/purge-traces.ts';

/** Answers every request with one status, as Scheduler would on the wire (REST-JSON). */
function schedulerAnswering(statusCode: number, errorType?: string) {
  const sent: string[] = [];
  const client = new SchedulerClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: {
      async handle({ method, path, query }: { method: string; path: string; query: object }) {
        sent.push(`${method} ${path} ${JSON.stringify(query)}`);
        return {
          response: {
            statusCode,
            headers: { ...(errorType && { 'x-amzn-errortype': errorType }) },
            body: Readable.from(['{}']),
          },
        };
      },
    },
  });
  return { client, sent };
}

test('deletes the schedule of the offboarding in its group', async () => {
  const { client, sent } = schedulerAnswering(200);
  await erasePurgeSchedule(client, 'purges')({ offboardingId: 'off_1' });
  expect(sent).toEqual([expect.stringContaining(`DELETE /schedules/off_1 {"groupName":"purges"`)]);
});

test('a schedule that has run is gone, and that is fine', async () => {
  const { client } = schedulerAnswering(404, 'ResourceNotFoundException');
  await erasePurgeSchedule(client, 'purges')({ offboardingId: 'off_1' });
});

test('anything else is a failure', async () => {
  const { client } = schedulerAnswering(403, 'AccessDeniedException');
  await expect(
    erasePurgeSchedule(client, 'purges')({ offboardingId: 'off_1' }),
  ).rejects.toMatchObject({ name: 'AccessDeniedException' });
});
