const AT = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/;

/**
 * The instant of `at(yyyy-mm-ddThh:mm:ss)` in a time zone.
 * @returns undefined for any other expression, for a date that does not exist, and for an unknown zone
 */
export function readAtExpression(expression: string, timezone: string): Date | undefined {
  const local = AT.exec(expression)?.[1];
  const asUtc = new Date(`${local}Z`);
  if (!local || Number.isNaN(asUtc.getTime()) || !asUtc.toISOString().startsWith(local))
    return undefined;
  try {
    // The offset of the zone around that time; taken twice, it is right on either side of a change of the clocks.
    const first = new Date(asUtc.getTime() - offsetMs(asUtc, timezone));
    return new Date(asUtc.getTime() - offsetMs(first, timezone));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function offsetMs(at: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((candidate) => candidate.type === type)?.value);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(at.getTime() / 1000) * 1000;
}
