/**
 * How an execution of an offboarding is named: `<offboardingId>-<attempt>`. Step Functions gives a name once (until 90 days
 * after the execution has ended), so of two starts under the same name one is the start and the other finds it done.
 */
export function executionName({
  offboardingId,
  attempt,
}: {
  readonly offboardingId: string;
  readonly attempt: number;
}): string {
  return `${offboardingId}-${attempt}`;
}

/** Which attempt the name stands for; undefined for a name that somebody chose in the console. */
export function attemptOf(name: string, offboardingId: string): number | undefined {
  const prefix = `${offboardingId}-`;
  const attempt = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  // Ten digits would be no attempt, but maybe a time that somebody has put there.
  return /^[1-9]\d{0,8}$/.test(attempt) ? Number(attempt) : undefined;
}
