import { expect, test } from 'vitest';
import { createReporter } from '../../restore/reporter.ts';

test('progress is said when nothing has been said for a while', () => {
  let seconds = 0;
  const said: string[] = [];
  const reporter = createReporter(
    (text) => said.push(`${seconds}: ${text}`),
    () => new Date(seconds * 1000),
  );
  for (; seconds <= 17; seconds += 1) {
    reporter.progress(() => 'bytes', 15_000);
    reporter.progress(() => 'parts');
    if (seconds === 7) reporter.say('waiting');
  }
  expect(said).toEqual(['5: parts\n', '7: waiting\n', '12: parts\n', '17: parts\n']);
});

test('bytes are said when there is nothing else to say', () => {
  let seconds = 0;
  const said: string[] = [];
  const reporter = createReporter(
    (text) => said.push(`${seconds}: ${text}`),
    () => new Date(seconds * 1000),
  );
  for (; seconds <= 31; seconds += 1) reporter.progress(() => 'bytes', 15_000);
  expect(said).toEqual(['15: bytes\n', '30: bytes\n']);
});
