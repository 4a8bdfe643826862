import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { ItemReader, Json } from './asl.ts';
import { StateError } from './error-names.ts';
import type { ClientConfig } from './integrations.ts';

const READER_FAILED = 'States.ItemReaderFailed';
const sourceSchema = z.object({
  Bucket: z.string(),
  Key: z.string(),
  VersionId: z.string().optional(),
});

/** Reads the items of a distributed map from an object: a JSON array, or JSON lines. @throws StateError */
export async function readItems(
  config: ClientConfig,
  source: Json,
  { InputType = 'JSON', MaxItems }: NonNullable<ItemReader['ReaderConfig']> = {},
): Promise<readonly Json[]> {
  const client = new S3Client({ ...config, forcePathStyle: true });
  try {
    const { Bucket, Key, VersionId } = sourceSchema.parse(source);
    const { Body } = await client.send(
      new GetObjectCommand({ Bucket, Key, ...(VersionId !== undefined && { VersionId }) }),
    );
    if (!(Body instanceof Readable)) throw new Error(`s3://${Bucket}/${Key} has no body`);
    const items = InputType === 'JSONL' ? await readLines(Body) : parseArray(await text(Body));
    return items.slice(0, MaxItems || undefined);
  } catch (error) {
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new StateError(READER_FAILED, cause);
  } finally {
    client.destroy();
  }
}

async function readLines(body: Readable): Promise<Json[]> {
  const items: Json[] = [];
  for await (const line of createInterface({ input: body })) {
    if (line.trim() !== '') items.push(JSON.parse(line));
  }
  return items;
}

function parseArray(json: string): Json[] {
  const items: Json = JSON.parse(json);
  if (!Array.isArray(items)) throw new Error('the object is not a JSON array');
  return items;
}
