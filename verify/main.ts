import { ignoreClosedOutput } from '../command/ignore-closed-output.ts';
import { verify } from './verify.ts';

ignoreClosedOutput();

process.exitCode = verify(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
});
