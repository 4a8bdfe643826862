import type { Now } from '../lambdas/ports.ts';
import { inParallel } from '../lambdas/stores/in-parallel.ts';
import type { Tier } from './arguments.ts';
import type { FreeBytes } from './assert-room.ts';
import type { BagFiles, Standing } from './bag-files.ts';
import { minuteText, type Reporter, sizeText } from './reporter.ts';

/** The longest AWS says it takes, in hours. https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html */
const HOURS: Readonly<Record<string, Readonly<Record<Tier, number>>>> = {
  GLACIER: { Standard: 5, Bulk: 12 },
  DEEP_ARCHIVE: { Standard: 12, Bulk: 48 },
};
const HOUR_MS = 3_600_000;

const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 15 * 60_000;

/** S3 takes 1,000 restore requests a second for an account and region; these are some 300. */
const REQUESTS_AT_ONCE = 16;
/** Payloads; a few seconds. Fewer are not worth a line at every look. */
const PROGRESS_EVERY = 1000;

export interface CopyWork {
  readonly files: BagFiles;
  readonly tier: Tier;
  /** How long S3 keeps a copy. */
  readonly days: number;
  /** False: asks for the copies and does not wait for them. */
  readonly wait: boolean;
  readonly now: Now;
  readonly pause: (ms: number) => Promise<void>;
  readonly freeBytes: FreeBytes;
  readonly reporter: Reporter;
}

/**
 * Yields payloads as they become readable. Those in a Glacier class need a temporary copy, which is asked for first of all.
 * @returns the number of payloads that are not readable yet; more than 0 only without `wait`
 */
export async function* readableInTurn(
  work: CopyWork,
  paths: readonly string[],
): AsyncGenerator<readonly string[], number> {
  let waiting = paths;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    let lookedAt = 0;
    const standings = await inParallel(waiting, REQUESTS_AT_ONCE, async (path) => {
      const standing = await work.files.readStanding(path);
      if (standing?.state === 'archived') await work.files.requestCopy(path, work);
      lookedAt += 1;
      if (lookedAt % PROGRESS_EVERY === 0)
        work.reporter.progress(() => `asked S3 about ${lookedAt} of ${waiting.length} payload(s)`);
      return standing;
    });
    sayAskedFor(work, standings);
    const isWaiting = (index: number) => (standings[index]?.state ?? 'readable') !== 'readable';
    // What is missing counts as readable: reading it says what is wrong.
    const readable = waiting.filter((_, index) => !isWaiting(index));
    waiting = waiting.filter((_, index) => isWaiting(index));
    if (readable.length > 0) yield readable;
    if (waiting.length === 0 || !work.wait) return waiting.length;
    work.reporter.say(
      `waiting for S3: ${waiting.length} payload(s) not readable yet; looking again at ` +
        minuteText(new Date(work.now().getTime() + pauseMs)),
    );
    await work.pause(pauseMs);
  }
}

function sayAskedFor(
  { tier, days, now, reporter }: CopyWork,
  standings: readonly (Standing | undefined)[],
): void {
  const archived = standings.filter((standing) => standing?.state === 'archived');
  const classes = new Set(archived.map((standing) => standing?.storageClass ?? ''));
  if (archived.length === 0) return;
  const bytes = archived.reduce((sum, standing) => sum + (standing?.bytes ?? 0), 0);
  const hours = Math.max(...[...classes].map((name) => HOURS[name]?.[tier] ?? 0));
  reporter.say(
    `${archived.length} payload(s) of ${sizeText(bytes)} lie in ${[...classes].join(' and ')}, where nothing can be read: ` +
      `asked S3 for copies (${tier}, kept for ${days} days), readable by about ` +
      `${minuteText(new Date(now().getTime() + hours * HOUR_MS))} at the latest`,
  );
}
