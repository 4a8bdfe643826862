import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { Json } from './asl.ts';
import type { ExecutionIdentity } from './engine.ts';
import { StateError } from './error-names.ts';
import { mapRunArn } from './execution-arns.ts';
import type { ClientConfig } from './integrations.ts';
import type { ItemOutcome } from './run-map.ts';

const WRITER_FAILED = 'States.ResultWriterFailed';
const targetSchema = z.object({ Bucket: z.string(), Prefix: z.string().default('') });

/**
 * Writes what became of each item to `<prefix>/<map run id>/`, and a manifest beside it.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 * @returns the output of the state
 */
export async function writeResults(
  config: ClientConfig,
  target: Json,
  run: { mapRunId: string; label: string; execution: ExecutionIdentity },
  outcomes: readonly ItemOutcome[],
): Promise<Json> {
  const client = new S3Client({ ...config, forcePathStyle: true });
  const arn = mapRunArn(run.execution.stateMachineName, run.label, run.mapRunId);
  try {
    const { Bucket, Prefix } = targetSchema.parse(target);
    const folder = `${Prefix === '' ? '' : `${Prefix.replace(/\/$/, '')}/`}${run.mapRunId}`;
    const put = (name: string, body: Json) =>
      client.send(
        new PutObjectCommand({ Bucket, Key: `${folder}/${name}`, Body: JSON.stringify(body) }),
      );
    const files: Record<string, Json[]> = { SUCCEEDED: [], FAILED: [] };
    for (const outcome of outcomes) {
      const Input = JSON.stringify(outcome.input);
      if ('output' in outcome)
        files.SUCCEEDED?.push({
          Input,
          Output: JSON.stringify(outcome.output),
          Status: 'SUCCEEDED',
        });
      else
        files.FAILED?.push({
          Input,
          Error: outcome.error.name,
          Cause: outcome.error.message,
          Status: 'FAILED',
        });
    }
    const manifest: Record<string, Json> = { SUCCEEDED: [], FAILED: [], PENDING: [] };
    for (const [status, results] of Object.entries(files)) {
      if (results.length === 0) continue;
      await put(`${status}_0.json`, results);
      manifest[status] = [{ Key: `${folder}/${status}_0.json` }];
    }
    await put('manifest.json', {
      DestinationBucket: Bucket,
      MapRunArn: arn,
      ResultFiles: manifest,
    });
    return { MapRunArn: arn, ResultWriterDetails: { Bucket, Key: `${folder}/manifest.json` } };
  } catch (error) {
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new StateError(WRITER_FAILED, cause);
  } finally {
    client.destroy();
  }
}
