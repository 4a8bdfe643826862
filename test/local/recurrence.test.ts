import { describe, expect, it } from 'vitest';
import { readRecurrence } from '../../local/recurrence.ts';

const AFTER = new Date('2026-11-22T10:30:00.000Z'); // a Sunday

function nextTimes(expression: string, count: number): readonly string[] {
  const recurrence = readRecurrence(expression);
  const times: string[] = [];
  for (let at = recurrence?.next(AFTER); at && times.length < count; at = recurrence?.next(at))
    times.push(at.toISOString().slice(0, 16));
  return times;
}

describe('a recurring schedule', () => {
  it.each([
    ['rate(1 day)', ['2026-11-23T10:30', '2026-11-24T10:30']],
    ['rate(90 minutes)', ['2026-11-22T12:00', '2026-11-22T13:30']],
    ['cron(0 3 * * ? *)', ['2026-11-23T03:00', '2026-11-24T03:00']],
    ['cron(0,30 10-11 * * ? *)', ['2026-11-22T11:00', '2026-11-22T11:30', '2026-11-23T10:00']],
    ['cron(15 8 ? * MON-FRI *)', ['2026-11-23T08:15', '2026-11-24T08:15']],
    ['cron(0 0 1 JAN ? 2028)', ['2028-01-01T00:00']],
    ['cron(0 12 29 2 ? *)', ['2028-02-29T12:00', '2032-02-29T12:00']],
    ['cron(0/20 23 31 12 ? *)', ['2026-12-31T23:00', '2026-12-31T23:20', '2026-12-31T23:40']],
    ['cron(0 0 30 2 ? *)', []],
  ])('%s comes at %j', (expression, times) => {
    expect(nextTimes(expression, Math.max(times.length, 1))).toEqual(times);
  });

  it.each([
    'at(2026-11-22T10:30:00)',
    'rate(0 days)',
    'rate(1 week)',
    'cron(0 3 * *)',
    'cron(61 3 * * ? *)',
    'cron(0 3 L * ? *)',
    'cron(0 3 ? * 6#3 *)',
    'cron(0 9-8 * * ? *)',
  ])('%s is none that is read here', (expression) => {
    expect(readRecurrence(expression)).toBeUndefined();
  });
});
