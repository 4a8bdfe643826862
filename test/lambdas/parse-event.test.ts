import { expect, test } from 'vitest';
import { parseEvent, workflowEventSchema } from '../../lambdas/parse-event.ts';
import { OFFBOARDING_ID, offboardingRequest, PLANE_ID } from '../support/builders.ts';

const parse = (requestedAt: string) =>
  parseEvent(workflowEventSchema, {
    planeId: PLANE_ID,
    offboardingId: OFFBOARDING_ID,
    request: offboardingRequest({ requestedAt }),
  });

test.each(['2026-11-22T10:00:00.000Z', '2026-11-22T10:00:00Z', '2028-02-29T23:59:59.999999Z'])(
  '%s is when something was requested',
  (time) => {
    expect(parse(time).request.requestedAt).toBe(time);
  },
);

test.each([
  '',
  'now',
  '2026-11-22',
  '2026-11-22T10:00:00',
  '2026-11-22T10:00:00+01:00',
  '2026-02-30T10:00:00Z',
  '2026-11-22T25:00:00Z',
  'Sun, 22 Nov 2026 10:00:00 Z',
])('%s is not', (time) => {
  expect(() => parse(time)).toThrow(
    expect.objectContaining({
      name: 'INVALID_STAGE_INPUT',
      message: expect.stringContaining('requestedAt'),
    }),
  );
});
