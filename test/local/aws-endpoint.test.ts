import { pipeline } from 'node:stream/promises';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  type AwsCall,
  type AwsEndpoint,
  type CallFate,
  startAwsEndpoint,
} from '../../local/aws-endpoint.ts';
import { AccessDenied, type AwsService } from '../../local/aws-service.ts';
import { createIam } from '../../local/iam.ts';
import { sendError, sendJson } from '../../local/json-wire.ts';
import { resolveTemplate } from '../../local/template.ts';

const iam = createIam(
  resolveTemplate({ Resources: { Role: { Type: 'AWS::IAM::Role' } } }, 'Stack'),
);

/** Answers with who called; what is asked for is in the path. */
const dynamodb: AwsService = {
  signingName: 'dynamodb',
  async handle(request, response, caller) {
    try {
      caller.authorise('dynamodb:GetItem', 'arn:aws:dynamodb:us-east-1:111122223333:table/a');
      caller.authorise('dynamodb:GetItem', 'arn:aws:dynamodb:us-east-1:111122223333:table/b');
      if (request.headers['x-break']) throw new Error('the table is on fire');
      sendJson(response, 200, { Item: { caller: { S: caller.arn } } });
    } catch (error) {
      if (!(error instanceof AccessDenied)) throw error;
      sendError(response, error);
    }
  },
  close: async () => {},
};

/** Sends the body back while it is still coming. */
const s3: AwsService = {
  signingName: 's3',
  async handle(request, response) {
    await pipeline(request, response);
  },
  close: async () => {},
};

let endpoint: AwsEndpoint;
afterEach(async () => {
  await endpoint.close();
});

async function start(onCall?: (call: AwsCall) => CallFate): Promise<void> {
  endpoint = await startAwsEndpoint({ services: [dynamodb, s3], iam, ...(onCall && { onCall }) });
}

function clientOf(accessKeyId: string, secretAccessKey = 'any'): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
}

const get = new GetItemCommand({ TableName: 'a', Key: { id: { S: '1' } } });

const SIGNED = {
  authorization:
    'AWS4-HMAC-SHA256 Credential=approver/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00',
};

describe('who calls', () => {
  test('an SDK client is the person of its access key', async () => {
    await start();
    const { Item } = await clientOf('approver').send(get);
    expect(Item).toEqual({ caller: { S: 'arn:aws:iam::111122223333:user/approver' } });
  });

  test('credentials issued for a role stand for the role', async () => {
    await start();
    const { accessKeyId, secretAccessKey } = iam.issueCredentials('Role');
    await expect(clientOf(accessKeyId, secretAccessKey).send(get)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('User: arn:aws:iam::111122223333:role/Stack-Role'),
    });
  });

  test('a presigned URL says it in its query', async () => {
    await start();
    const response = await fetch(
      `${endpoint.url}/bucket/key?X-Amz-Credential=approver%2F20261122%2Fus-east-1%2Fs3%2Faws4_request`,
      { method: 'PUT', body: 'hello' },
    );
    expect(await response.text()).toBe('hello');
  });

  test.each([
    ['no Authorization', undefined],
    ['basic authentication', 'Basic YTpi'],
    ['a scope that is cut short', 'AWS4-HMAC-SHA256 Credential=approver/20261122/us-east-1'],
    ['a scope without a key', 'AWS4-HMAC-SHA256 Credential=/20261122/us-east-1/s3/aws4_request'],
  ])('%s is refused', async (_, authorization) => {
    await start();
    const headers: Record<string, string> = authorization ? { authorization } : {};
    const xml = await fetch(`${endpoint.url}/bucket`, { headers });
    expect(xml.status).toBe(403);
    expect(await xml.text()).toContain('<Code>MissingAuthenticationToken</Code>');

    const json = await fetch(endpoint.url, {
      method: 'POST',
      headers: { ...headers, 'x-amz-target': 'DynamoDB_20120810.GetItem' },
      body: '{}',
    });
    expect(json.status).toBe(403);
    expect(await json.json()).toMatchObject({ __type: 'MissingAuthenticationToken' });
  });

  test('a service that is not there is named', async () => {
    await start();
    const response = await fetch(endpoint.url, {
      headers: { authorization: SIGNED.authorization.replace('s3', 'sns') },
    });
    expect(response.status).toBe(501);
    expect(await response.json()).toMatchObject({
      message: 'The embedded cloud does not provide sns',
    });
  });
});

test('a body streams through, however long', async () => {
  await start();
  const chunk = new Uint8Array(1024 * 1024);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent++ < 64) controller.enqueue(chunk);
      else controller.close();
    },
  });
  const response = await fetch(`${endpoint.url}/bucket/key`, {
    method: 'PUT',
    headers: SIGNED,
    body,
    duplex: 'half',
  });
  let received = 0;
  for await (const part of response.body ?? []) received += part.length;
  expect(received).toBe(64 * 1024 * 1024);
});

test('a service that throws is a 500 with the message, and a line on stderr', async () => {
  await start();
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const response = await fetch(endpoint.url, {
    method: 'POST',
    headers: { authorization: SIGNED.authorization.replace('s3', 'dynamodb'), 'x-break': 'yes' },
  });
  expect(stderr.mock.calls[0]?.[0]).toMatch(/^POST \/: Error: the table is on fire\n/);
  stderr.mockRestore();
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({
    __type: 'InternalFailure',
    message: 'the table is on fire',
  });
});

describe('calls', () => {
  test('are counted by caller and action, once per request', async () => {
    await start();
    await clientOf('approver').send(get);
    await clientOf('approver').send(get);
    await clientOf('auditor').send(get);
    expect(endpoint.counts.read()).toEqual([
      {
        callerArn: 'arn:aws:iam::111122223333:user/approver',
        action: 'dynamodb:GetItem',
        calls: 2,
      },
      { callerArn: 'arn:aws:iam::111122223333:user/auditor', action: 'dynamodb:GetItem', calls: 1 },
    ]);
    endpoint.counts.reset();
    expect(endpoint.counts.read()).toEqual([]);
  });

  test('can be held up until something else has happened, by the name of their operation', async () => {
    const happened: unknown[] = [];
    await start(({ operation }) => {
      happened.push(operation);
      return { after: Promise.resolve().then(() => happened.push('something else')) };
    });
    await expect(clientOf('approver').send(get)).resolves.toMatchObject({ Item: {} });
    expect(happened).toEqual(['GetItem', 'something else']);
  });

  test('can be refused, in the shape of the service, or dropped, by their number', async () => {
    const seen: AwsCall[] = [];
    await start((call) => {
      seen.push(call);
      if (call.index === 0) return { refuse: { status: 400, code: 'ThrottlingException' } };
      if (call.index === 1) return 'drop';
      return call.signingName === 's3' ? { refuse: { status: 503, code: 'SlowDown' } } : 'proceed';
    });
    const client = clientOf('approver');
    await expect(client.send(get)).rejects.toMatchObject({ name: 'ThrottlingException' });
    await expect(client.send(get)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(client.send(get)).resolves.toMatchObject({ Item: {} });

    const bucket = new S3Client({
      endpoint: endpoint.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'approver', secretAccessKey: 'any' },
      maxAttempts: 1,
    });
    const put = new PutObjectCommand({ Bucket: 'bucket', Key: 'key', Body: 'hello' });
    await expect(bucket.send(put)).rejects.toMatchObject({ name: 'SlowDown' });

    expect(seen[0]).toEqual({
      index: 0,
      signingName: 'dynamodb',
      method: 'POST',
      url: '/',
      operation: 'GetItem',
      callerArn: 'arn:aws:iam::111122223333:user/approver',
    });
    expect(seen.map(({ url }) => url)).toEqual(['/', '/', '/', '/bucket/key?x-id=PutObject']);
    expect(endpoint.counts.read()).toEqual([
      {
        callerArn: 'arn:aws:iam::111122223333:user/approver',
        action: 'dynamodb:GetItem',
        calls: 1,
      },
    ]);
  });

  test('can be done without an answer: the service has worked, and its caller knows nothing of it', async () => {
    await start(({ index }) => (index < 2 ? 'lose' : 'proceed'));
    await expect(clientOf('approver').send(get)).rejects.toMatchObject({ code: 'ECONNRESET' });
    const body = 'x'.repeat(1024 * 1024);
    await expect(
      fetch(`${endpoint.url}/bucket/key`, { method: 'PUT', headers: SIGNED, body }),
    ).rejects.toThrow();
    await expect(clientOf('approver').send(get)).resolves.toMatchObject({ Item: {} });
    expect(endpoint.counts.read()).toMatchObject([{ action: 'dynamodb:GetItem', calls: 2 }]);
  });
});
