import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Clock, createClock } from '../../local/clock.ts';
import { answerControl } from '../../local/control-api.ts';
import { closeServer, listenOnLoopback } from '../../local/loopback-server.ts';

const START = new Date('2026-11-22T10:00:00.000Z');

let clock: Clock;
let server: Server;
let url: string;
beforeAll(async () => {
  clock = createClock({ mode: 'virtual', startTime: START });
  server = createServer((request, response) => {
    answerControl(clock, request, response).then(
      (answered) => answered || response.writeHead(418).end('{}'),
      () => response.destroy(),
    );
  });
  url = await listenOnLoopback(server, 0);
});
afterAll(async () => {
  await closeServer(server);
  clock.close();
});

async function call(method: string, path: string, body?: string) {
  const response = await fetch(url + path, { method, ...(body !== undefined && { body }) });
  return { status: response.status, body: await response.json() };
}

test('the clock is moved, and tells the time', async () => {
  const moved = await call('POST', '/_local/clock', '{"advanceDays": 1, "advanceSeconds": 1}');
  expect(moved).toMatchObject({ status: 200, body: { now: '2026-11-23T10:00:01.000Z' } });
  expect(await call('GET', '/_local/clock')).toEqual(moved);
});

const HINT = 'say {"advanceDays": n} or {"advanceSeconds": n}, more than 0';

test.each([
  ['{', `the body is not JSON: ${HINT}`],
  ['', `the body is not JSON: ${HINT}`],
  ['{}', HINT],
  ['[]', 'Invalid input: expected object, received array'],
  ['{"advanceDays": "7"}', 'advanceDays: Invalid input: expected number, received string'],
  ['{"advanceDays": 4000}', 'advanceDays: Too big: expected number to be <=3660'],
  ['{"days": 7}', `Unrecognized key: "days"; ${HINT}`],
])('%j does not move the clock, and is told why in one line', async (body, message) => {
  const before = clock.now();
  expect(await call('POST', '/_local/clock', body)).toEqual({ status: 400, body: { message } });
  expect(clock.now()).toEqual(before);
});

test('another path of its own is not found, another method not allowed, and the rest is not its business', async () => {
  expect(await call('GET', '/_local/nope')).toEqual({
    status: 404,
    body: { message: 'there is no /_local/nope, only /_local/clock' },
  });
  expect((await call('PUT', '/_local/clock', '{}')).status).toBe(405);
  expect((await call('GET', '/prod/planes')).status).toBe(418);
});
