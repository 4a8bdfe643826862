import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Synthesises the app with the same CLI, context and code as `cdk deploy`.
 * @returns the assembly's directory
 * @throws Error with what the CLI printed, when synthesis fails or warns
 */
export async function synthesise(output = `${PROJECT}cdk.out`): Promise<string> {
  const cli = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk');
  try {
    await promisify(execFile)(
      process.execPath,
      [cli, 'synth', '**', '--quiet', '--strict', '--output', output],
      { cwd: PROJECT, maxBuffer: 64 * 1024 * 1024 },
    );
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw new Error(`cdk synth failed\n${stderr ?? error}`, { cause: error });
  }
  return output;
}
