import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import { readText, sendJson } from './json-wire.ts';
import { readTarget } from './request-target.ts';

const CONTROL_PREFIX = '/_local/';
export const CLOCK_PATH = `${CONTROL_PREFIX}clock`;

/** Ten years: further than any retention. */
const ADVANCE_DAYS_MAX = 3_660;

const ADVANCE_HINT = 'say {"advanceDays": n} or {"advanceSeconds": n}, more than 0';

const advanceSchema = z
  .strictObject({
    advanceDays: z.number().min(0).max(ADVANCE_DAYS_MAX).default(0),
    advanceSeconds: z.number().min(0).max(86_400).default(0),
  })
  .refine(({ advanceDays, advanceSeconds }) => advanceDays + advanceSeconds > 0, {
    message: ADVANCE_HINT,
  });

/**
 * What the embedded cloud has and AWS has not: a clock to move. It is no part of the API and needs no signature.
 * `GET /_local/clock` tells the time and what is waited for; `POST` moves it, and answers when all that was due has happened.
 * @returns false for every path that is not under `/_local/`
 */
export async function answerControl(
  clock: Clock,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { path } = readTarget(request);
  if (!path.startsWith(CONTROL_PREFIX)) return false;
  if (path !== CLOCK_PATH) {
    sendJson(response, 404, { message: `there is no ${path}, only ${CLOCK_PATH}` });
    return true;
  }
  if (request.method === 'POST') {
    const advance = readAdvance(await readText(request));
    if ('message' in advance) {
      sendJson(response, 400, advance);
      return true;
    }
    await clock.advanceBy(advance);
  } else if (request.method !== 'GET') {
    sendJson(response, 405, { message: 'GET or POST' });
    return true;
  }
  sendJson(response, 200, {
    now: clock.now().toISOString(),
    waiting: clock.timers().map(({ at, label }) => ({ at: at.toISOString(), label })),
  });
  return true;
}

/** @returns how far to move the clock, or what is wrong with the body */
function readAdvance(
  text: string,
): { readonly days: number; readonly seconds: number } | { readonly message: string } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { message: `the body is not JSON: ${ADVANCE_HINT}` };
  }
  const { success, data, error } = advanceSchema.safeParse(body);
  if (success) return { days: data.advanceDays, seconds: data.advanceSeconds };
  const sentences = error.issues.map(({ path, message }) => [...path, message].join(': '));
  return { message: sentences.join('; ') };
}
