import type { APIGatewayProxyEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FunctionAnswer } from '../../local/api-gateway/integration.ts';
import { type ApiGateway, startApiGateway } from '../../local/api-gateway.ts';
import { createIam } from '../../local/iam.ts';
import { WireError } from '../../local/json-wire.ts';
import { apiClient } from '../../local/signed-api.ts';
import { resolveTemplate } from '../../local/template.ts';
import { sendRaw } from '../support/raw-request.ts';
import { method, PLANES_API, PROBLEM_RESPONSES } from './fixtures/planes-api.ts';

let gateway: ApiGateway;
const open: ApiGateway[] = [];
let events: APIGatewayProxyEvent[];
let answers: (functionArn: string, event: APIGatewayProxyEvent) => Promise<FunctionAnswer>;

const json = (statusCode: number, body: unknown): FunctionAnswer => ({
  payload: JSON.stringify({ statusCode, body: JSON.stringify(body) }),
});

async function start(more: object = {}): Promise<void> {
  const template = resolveTemplate({ Resources: { ...PLANES_API.Resources, ...more } }, 'Stack');
  const iam = createIam(template);
  reader = iam.issueCredentials('Reader').accessKeyId;
  gateway = await startApiGateway({
    template,
    iam,
    now: () => new Date('2027-11-22T10:00:05.000Z'),
    invoke: (functionArn, event) => {
      events.push(event);
      return answers(functionArn, event);
    },
  });
  open.push(gateway);
}
let reader = '';

beforeEach(() => {
  events = [];
  answers = async () => json(200, { ok: true });
});
afterEach(async () => {
  for (const started of open.splice(0)) await started.close();
});

const as = (accessKeyId: string) => apiClient(gateway.url, accessKeyId);
const MISSING_TOKEN = { message: 'Missing Authentication Token' };

describe('a request that reaches its function', () => {
  test('is the event of a REST proxy integration', async () => {
    await start();
    const { status } = await as('approver').call('GET', '/planes/kp%2F1?a=1&a=2&b=%20x');
    expect(status).toBe(200);
    const [event] = events;
    expect(event).toMatchObject({
      resource: '/planes/{planeId}',
      path: '/planes/kp%2F1',
      httpMethod: 'GET',
      pathParameters: { planeId: 'kp%2F1' },
      queryStringParameters: { a: '2', b: ' x' },
      multiValueQueryStringParameters: { a: ['1', '2'], b: [' x'] },
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
      requestContext: {
        accountId: '111122223333',
        stage: 'prod',
        path: '/prod/planes/kp%2F1',
        resourcePath: '/planes/{planeId}',
        httpMethod: 'GET',
        protocol: 'HTTP/1.1',
        requestTime: '22/Nov/2027:10:00:05 +0000',
        requestTimeEpoch: 1826877605000,
        identity: {
          accessKey: 'approver',
          accountId: '111122223333',
          userArn: 'arn:aws:iam::111122223333:user/approver',
          sourceIp: '127.0.0.1',
        },
      },
    });
    expect(event?.requestContext.identity.user).toMatch(/^AIDA[0-9A-F]{17}$/);
    expect(event?.requestContext.identity.caller).toBe(event?.requestContext.identity.user);
    expect(Object.keys(event?.headers ?? {}).map((name) => name.toLowerCase())).not.toContain(
      'authorization',
    );
  });

  test('has its body, and its id is the one in the answer', async () => {
    await start();
    const answer = await fetch(`${gateway.url}/health/deep/down`, {
      method: 'POST',
      body: 'Grüße',
    });
    expect(events[0]).toMatchObject({
      body: 'Grüße',
      isBase64Encoded: false,
      pathParameters: { proxy: 'deep/down' },
      queryStringParameters: null,
      requestContext: { identity: { userArn: null, user: null, caller: null } },
    });
    expect(answer.headers.get('x-amzn-requestid')).toBe(events[0]?.requestContext.requestId);
    expect(answer.headers.get('x-amz-apigw-id')).toBe(events[0]?.requestContext.extendedRequestId);
  });

  test('two people have two ids, one person has one', async () => {
    await start();
    for (const name of ['approver', 'requester', 'approver']) {
      await as(name).call('GET', '/planes/kp_1');
    }
    const [first, second, third] = events.map((event) => event.requestContext.identity.user);
    expect(first).not.toBe(second);
    expect(first).toBe(third);
  });

  test('gets the status, headers and body of the answer', async () => {
    await start();
    answers = async () => ({
      payload: JSON.stringify({
        statusCode: 409,
        headers: { 'Content-Type': 'application/problem+json', 'X-Count': 3 },
        multiValueHeaders: { 'X-Many': ['a', 'b'] },
        body: '{"code":"WRONG_STATE"}',
      }),
    });
    const answer = await fetch(`${gateway.url}/health/now`);
    expect(answer.status).toBe(409);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('x-count')).toBe('3');
    expect(answer.headers.get('x-many')).toBe('a, b');
    expect(await answer.json()).toEqual({ code: 'WRONG_STATE' });
  });

  test('a literal part of a path beats a parameter', async () => {
    await start();
    await as('approver').call('GET', '/planes/mine');
    expect(events[0]?.resource).toBe('/planes/mine');
  });
});

describe('who may call', () => {
  test('nobody without a signature', async () => {
    await start();
    const answer = await fetch(`${gateway.url}/planes/kp_1`);
    expect(answer.status).toBe(403);
    expect(answer.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
    expect(await answer.json()).toEqual(MISSING_TOKEN);
    expect(events).toEqual([]);
  });

  test('not with a signature for another service', async () => {
    await start();
    const answer = await fetch(`${gateway.url}/planes/kp_1`, {
      headers: {
        authorization:
          'AWS4-HMAC-SHA256 Credential=approver/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0',
      },
    });
    expect(answer.status).toBe(403);
  });

  test('a role where its policy says so', async () => {
    await start();
    expect(await as(reader).call('GET', '/planes/kp_1')).toMatchObject({ status: 200 });
    expect(events[0]?.requestContext.identity).toMatchObject({
      userArn: 'arn:aws:sts::111122223333:assumed-role/Stack-Reader/local',
      user: expect.stringMatching(/^AROA[0-9A-F]{17}:local$/),
    });
    const refused = await as(reader).call('GET', '/planes/kp_2');
    expect(refused.status).toBe(403);
    expect(refused.body.message).toMatch(
      /^User: arn:aws:iam::111122223333:role\/Stack-Reader is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:111122223333:[0-9a-f]{10}\/prod\/GET\/planes\/kp_2/,
    );
  });

  test.each([
    ['an unknown route', 'GET', '/nothing'],
    ['an unknown method', 'DELETE', '/planes'],
    ['an empty parameter', 'GET', '/planes/'],
    ['a path that goes on', 'GET', '/planes/kp_1/x'],
    ['a case that differs', 'GET', '/Planes/kp_1'],
  ])('%s looks like a missing signature, as on AWS', async (_, verb, path) => {
    await start();
    const answer = await as('approver').call(verb, path);
    expect([answer.status, answer.body]).toEqual([403, MISSING_TOKEN]);
  });

  test.each([
    ['a way out and in again', '/prod/planes/../planes/kp_1'],
    ['an encoded one', '/prod/planes/%2e%2e/planes/kp_1'],
    ['two slashes', '//prod/planes/kp_1'],
    ['what is no URL', '//['],
    ['another server', 'http://127.0.0.1/prod/planes/kp_1'],
  ])('%s is taken as it is, and there is no such route', async (_, path) => {
    await start();
    const answer = await sendRaw(new URL('/', gateway.url).origin, { method: 'GET', path });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([403, MISSING_TOKEN]);
    expect(events).toEqual([]);
  });

  test('another stage is not there', async () => {
    await start();
    const url = gateway.url.replace('/prod', '/dev');
    expect(await apiClient(url, 'approver').call('GET', '/planes/kp_1')).toMatchObject({
      status: 403,
    });
  });
});

describe('the model of a request', () => {
  test('lets through what fits', async () => {
    await start(PROBLEM_RESPONSES);
    const body = { name: 'handbook', days: 1, kind: 'docs', stores: [{ bucket: 'b' }] };
    expect(await as('approver').call('POST', '/planes', body)).toMatchObject({ status: 200 });
    expect(events[0]?.body).toBe(JSON.stringify(body));
  });

  test.each([
    ['a missing field', {}, "[the body must have required property 'name']"],
    ['a wrong type', { name: 7 }, '[name must be string]'],
    [
      'an unknown field',
      { name: 'a', 'x"y': 1 },
      '[the body must NOT have additional properties (x"y)]',
    ],
    ['a bound of draft 4', { name: 'a', days: 0 }, '[days must be > 0]'],
    ['a fraction', { name: 'a', days: 1.5 }, '[days must be integer]'],
    [
      'a value not in the list',
      { name: 'a', kind: 'sql' },
      '[kind must be equal to one of the allowed values (vector,docs)]',
    ],
    [
      'two faults, one deep down',
      { name: '', stores: [{}] },
      "[name must NOT have fewer than 1 characters; stores/0 must have required property 'bucket']",
    ],
    ['malformed JSON', '{"name":', '[the body is not JSON]'],
    ['no body', undefined, '[the body is missing]'],
  ])('names %s', async (_, body, detail) => {
    await start(PROBLEM_RESPONSES);
    const answer = await as('approver').call('POST', '/planes', body);
    expect(answer.status).toBe(422);
    expect(answer.contentType).toBe('application/problem+json');
    expect(answer.body).toEqual({
      code: 'INVALID_REQUEST',
      title: 'Invalid request body',
      detail,
      instance: expect.stringMatching(/^[\w-]{15}=$/),
    });
    expect(events).toEqual([]);
  });

  test('answers as AWS does where the template says nothing', async () => {
    await start();
    const answer = await as('approver').call('POST', '/planes', {});
    expect([answer.status, answer.body]).toEqual([400, { message: 'Invalid request body' }]);
  });

  test('says which parameter is missing', async () => {
    await start();
    const answer = await as('approver').call('GET', '/planes');
    expect([answer.status, answer.body]).toEqual([
      400,
      { message: 'Missing required request parameters: [limit]' },
    ]);
    expect(await as('approver').call('GET', '/planes?limit=1')).toMatchObject({ status: 200 });
  });
});

describe('gateway responses', () => {
  test('carry headers of their own', async () => {
    await start(PROBLEM_RESPONSES);
    const answer = await fetch(`${gateway.url}/planes`, {
      method: 'POST',
      body: '{}',
      headers: {
        'content-type': 'application/json',
        'x-trace': 'abc',
        authorization:
          'AWS4-HMAC-SHA256 Credential=approver/20261122/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0',
      },
    });
    expect(answer.headers.get('x-echo')).toBe('abc');
    expect(answer.headers.get('x-request')).toBe(answer.headers.get('x-amzn-requestid'));
  });

  test('have a default for each class, which keeps the status of the type', async () => {
    await start(PROBLEM_RESPONSES);
    const answer = await fetch(`${gateway.url}/planes`);
    expect([answer.status, await answer.json()]).toEqual([
      403,
      { type: 'MISSING_AUTHENTICATION_TOKEN' },
    ]);
  });
});

describe('bodies', () => {
  const LIMIT = 10 * 1024 * 1024;

  test('of 10 MB pass', async () => {
    await start();
    const answer = await fetch(`${gateway.url}/health/a`, {
      method: 'POST',
      body: 'x'.repeat(LIMIT),
    });
    expect(answer.status).toBe(200);
    expect(events[0]?.body?.length).toBe(LIMIT);
  });

  test.each([
    ['announced', () => 'x'.repeat(LIMIT + 1)],
    ['sent in chunks', () => new Blob(['x'.repeat(LIMIT + 1)]).stream()],
  ])('above that, %s, are too large', async (_, body) => {
    await start();
    const answer = await fetch(`${gateway.url}/health/a`, {
      method: 'POST',
      body: body(),
      duplex: 'half',
    });
    expect([answer.status, await answer.json()]).toEqual([413, { message: 'Request Too Long' }]);
    expect(events).toEqual([]);
  });
});

test('what Lambda does not take is too large as well', async () => {
  await start();
  answers = async () => {
    throw new WireError('RequestTooLargeException', 'more than 6 MB', { status: 413 });
  };
  const { status, body } = await as('approver').call('GET', '/planes/kp_1');
  expect([status, body]).toEqual([413, { message: 'Request Too Long' }]);
});

describe('when the function does not answer well', () => {
  const BAD_GATEWAY = [502, { message: 'Internal server error' }];

  test.each([
    ['it failed', { payload: '{"errorMessage":"secret"}', functionError: 'Unhandled' }],
    ['null', { payload: 'null' }],
    ['no JSON', { payload: 'hello' }],
    ['no status', { payload: '{"body":"{}"}' }],
    ['a body that is no string', { payload: '{"statusCode":200,"body":{"a":1}}' }],
  ])('%s: 502 and not a word of why', async (_, answer) => {
    await start();
    answers = async () => answer;
    const { status, body } = await as('approver').call('GET', '/planes/kp_1');
    expect([status, body]).toEqual(BAD_GATEWAY);
  });

  test('it takes longer than the integration waits: 504', async () => {
    await start();
    answers = () => new Promise(() => {});
    const { status, body } = await as('approver').call('PUT', '/planes/kp_1');
    expect([status, body]).toEqual([504, { message: 'Endpoint request timed out' }]);
  });

  test.each([
    ['Lambda does not run it', '/planes/kp_1', /Rate Exceeded/],
    [
      'the gateway has no permission to invoke it',
      '/closed',
      /lambda:InvokeFunction on resource: .*function:Stack-Closed/,
    ],
  ])('%s: 500, and the reason on stderr', async (_, path, reason) => {
    await start();
    answers = async () => {
      throw new Error('Rate Exceeded');
    };
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { status, body } = await as('approver').call('GET', path);
    expect(stderr.mock.calls.join('')).toMatch(reason);
    stderr.mockRestore();
    expect([status, body]).toEqual([500, { message: 'Internal server error' }]);
  });
});

describe('what cannot be served stops the start, by its name', () => {
  const planes = { Ref: 'PlanesResource' };
  test.each([
    [
      'an authorizer',
      { Odd: method({ verb: 'PATCH', resource: planes, more: { AuthorizationType: 'CUSTOM' } }) },
      /^Odd .*AuthorizationType/s,
    ],
    [
      'an API key',
      { Odd: method({ verb: 'PATCH', resource: planes, more: { ApiKeyRequired: true } }) },
      /^Odd .*ApiKeyRequired/s,
    ],
    [
      'an integration of another kind',
      { Odd: method({ verb: 'PATCH', resource: planes, integration: { Type: 'MOCK' } }) },
      /^Odd .*Integration/s,
    ],
    [
      'a second API',
      { Second: { Type: 'AWS::ApiGateway::RestApi' } },
      /2 AWS::ApiGateway::RestApi/,
    ],
  ])('%s', async (_, more, message) => {
    await expect(start(more)).rejects.toThrow(message);
  });
});
