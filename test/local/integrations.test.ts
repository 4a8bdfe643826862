import { expect, it } from 'vitest';
import { callIntegration } from '../../local/step-functions/integrations.ts';

const NOBODY_LISTENS = {
  endpoint: 'http://127.0.0.1:1',
  region: 'us-east-1',
  credentials: { accessKeyId: 'machine', secretAccessKey: 'local' },
  maxAttempts: 1,
};

it.each([
  ['arn:aws:states:::lambda:invoke', { FunctionName: 'purge' }, 'Lambda.SdkClientException'],
  [
    'arn:aws:states:::aws-sdk:scheduler:deleteSchedule',
    { Name: 'off_1' },
    'Scheduler.SdkClientException',
  ],
])('a connection that breaks has the name that a workflow retries: %s', async (...row) => {
  const [resource, input, name] = row;
  await expect(callIntegration(resource, NOBODY_LISTENS, input)).rejects.toMatchObject({ name });
});
