const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/;
const CRON = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)$/;
const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const DAY_MS = UNIT_MS.day;
/** Two leap years are at most eight years apart: a date that does not come in that time never does. */
const HORIZON_DAYS = 8 * 366;
const MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split(' ');
/** 1 is Sunday, as EventBridge counts. */
const WEEKDAYS = 'SUN MON TUE WED THU FRI SAT'.split(' ');

/** When something happens again and again. */
export interface Recurrence {
  /** The first time after `previous`; undefined when there is none. */
  next(previous: Date): Date | undefined;
}

/**
 * Reads `rate(1 day)` and `cron(0 3 * * ? *)`, in UTC.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 * @returns undefined for what is neither; of cron also for L, W and #, which are not evaluated here
 */
export function readRecurrence(expression: string): Recurrence | undefined {
  const [, count, unit] = RATE.exec(expression) ?? [];
  if (count && unit) {
    const intervalMs = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
    if (intervalMs === 0) return undefined;
    return { next: (previous) => new Date(previous.getTime() + intervalMs) };
  }
  const fields = CRON.exec(expression)?.slice(1);
  return fields && readCron(fields);
}

function readCron(fields: readonly string[]): Recurrence | undefined {
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  const minutes = readField(minute, 0, 59);
  const hours = readField(hour, 0, 23);
  const days = readField(dayOfMonth, 1, 31);
  const months = readField(month, 1, 12, MONTHS);
  const weekdays = readField(dayOfWeek, 1, 7, WEEKDAYS);
  const years = readField(year, 1970, 2199);
  if (!minutes || !hours || !days || !months || !weekdays || !years) return undefined;

  const isOn = (day: Date): boolean =>
    years.has(day.getUTCFullYear()) &&
    months.has(day.getUTCMonth() + 1) &&
    days.has(day.getUTCDate()) &&
    weekdays.has(day.getUTCDay() + 1);
  return {
    next(previous) {
      const midnight = Math.floor(previous.getTime() / DAY_MS) * DAY_MS;
      for (let passed = 0; passed <= HORIZON_DAYS; passed += 1) {
        const day = new Date(midnight + passed * DAY_MS);
        if (!isOn(day)) continue;
        for (const atHour of hours)
          for (const atMinute of minutes) {
            const at = day.getTime() + atHour * UNIT_MS.hour + atMinute * UNIT_MS.minute;
            if (at > previous.getTime()) return new Date(at);
          }
      }
      return undefined;
    },
  };
}

/** The values that `*`, `?`, `1,3`, `1-5`, `MON-FRI` and `0/15` stand for, in their order. */
function readField(
  field: string,
  first: number,
  last: number,
  names: readonly string[] = [],
): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  const numberOf = (text: string): number =>
    names.includes(text) ? names.indexOf(text) + 1 : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  for (const part of field.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [from = '', to] =
      range === '*' || range === '?' ? [`${first}`, `${last}`] : range.split('-');
    const low = numberOf(from);
    const high = to !== undefined ? numberOf(to) : part.includes('/') ? last : low;
    const stride = numberOf(step);
    if (!(low >= first && high <= last && low <= high && stride >= 1)) return undefined;
    for (let value = low; value <= high; value += stride) values.add(value);
  }
  return new Set([...values].sort((a, b) => a - b));
}
