import { expect, test } from 'vitest';
import { UsageError } from '../../command/usage-error.ts';
import { parseArguments } from '../../local/arguments.ts';
import { parseArguments as parseDemo } from '../../local/demo/arguments.ts';

test('a port leaves room for the one after it', () => {
  expect(parseArguments(['--port', '65534'])).toMatchObject({ port: 65_534, help: false });
});

test.each([
  [parseArguments, ['--port', '65535'], '--port 65535: must be a whole number from 1 to 65534'],
  [parseArguments, ['--port', 'http'], '--port http: must be'],
  [parseArguments, ['--fast'], "'--fast'"],
  [parseDemo, ['--fast'], "'--fast'"],
  [parseDemo, ['here'], "'here'"],
])('%o refuses %j as a wrong call', (parse, argv, message) => {
  expect(() => parse(argv)).toThrow(UsageError);
  expect(() => parse(argv)).toThrow(message);
});
