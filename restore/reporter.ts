import type { Now } from '../lambdas/ports.ts';

const PROGRESS_AFTER_MS = 5000;

/** What the person at the terminal is told while it works. Results go elsewhere. */
export interface Reporter {
  say(text: string): void;
  /** Said when nothing has been said for five seconds, or for longer. */
  progress(text: () => string, afterMs?: number): void;
}

export function createReporter(write: (text: string) => void, now: Now): Reporter {
  let saidAt = now().getTime();
  const say = (text: string) => {
    saidAt = now().getTime();
    write(`${text}\n`);
  };
  return {
    say,
    progress(text, afterMs = PROGRESS_AFTER_MS) {
      const at = now().getTime();
      if (at - saidAt >= afterMs) say(text());
    },
  };
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const;

/** `1.4 MB`, in units of 1,000. */
export function sizeText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1000 ** power).toFixed(1)} ${UNITS[power]}`;
}

/** `2027-03-01 22:00 UTC` */
export function minuteText(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A key as it can be shown: without line breaks and control characters that would garble a terminal. */
export function quote(key: string): string {
  return JSON.stringify(key).replaceAll(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
