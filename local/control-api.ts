import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import { readText, sendJson } from './json-wire.ts';
import { readTarget } from './request-target.ts';

export const CLOCK_PATH = '/_local/clock';

/** Ten years: further than any retention. */
const ADVANCE_DAYS_MAX = 3_660;

const advanceSchema = z
  .strictObject({
    advanceDays: z.number().min(0).max(ADVANCE_DAYS_MAX).default(0),
    advanceSeconds: z.number().min(0).max(86_400).default(0),
  })
  .refine(({ advanceDays, advanceSeconds }) => advanceDays + advanceSeconds > 0, {
    message: 'say {"advanceDays": n} or {"advanceSeconds": n}, more than 0',
  });

/**
 * What the embedded cloud has and AWS has not: a clock to move. It is no part of the API and needs no signature.
 * `GET /_local/clock` tells the time and what is waited for; `POST` moves it, and answers when all that was due has happened.
 * @returns false for every other path
 */
export async function answerControl(
  clock: Clock,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (readTarget(request).path !== CLOCK_PATH) return false;
  if (request.method === 'POST') {
    const { success, data, error } = advanceSchema.safeParse(parseJson(await readText(request)));
    if (!success) {
      sendJson(response, 400, { message: z.prettifyError(error) });
      return true;
    }
    await clock.advanceBy({ days: data.advanceDays, seconds: data.advanceSeconds });
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
