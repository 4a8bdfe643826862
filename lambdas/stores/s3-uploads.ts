import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { decodeListedKey } from './listed-key.ts';
import { isServiceError, wasRepeated } from './retry-transient.ts';

interface Location {
  readonly bucket: string;
  readonly prefix: string;
}

interface Upload {
  readonly key: string;
  readonly uploadId: string | undefined;
}

export async function countUploads(client: S3Client, location: Location): Promise<number> {
  let count = 0;
  for await (const page of listUploads(client, location)) count += page.length;
  return count;
}

/** @returns how many S3 has aborted; one that had completed, or was aborted by somebody else, is not among them */
export async function abortUploads(
  client: S3Client,
  location: Location,
  mayGoOn: () => Promise<boolean> = async () => true,
): Promise<number> {
  let aborted = 0;
  for await (const page of listUploads(client, location))
    for (const { key, uploadId } of page) {
      if (!(await mayGoOn())) return aborted;
      if (await abortUpload(client, { Bucket: location.bucket, Key: key, UploadId: uploadId }))
        aborted += 1;
    }
  return aborted;
}

/** @throws Error when S3 lists an upload outside the prefix: nothing outside may ever be touched */
async function* listUploads(
  client: S3Client,
  { bucket, prefix }: Location,
): AsyncGenerator<readonly Upload[]> {
  let after: { KeyMarker?: string; UploadIdMarker?: string | undefined } | undefined = {};
  while (after) {
    const page: ListMultipartUploadsCommandOutput = await client.send(
      new ListMultipartUploadsCommand({
        Bucket: bucket,
        Prefix: prefix,
        EncodingType: 'url',
        ...after,
      }),
    );
    const uploads = (page.Uploads ?? []).map(({ Key, UploadId }) => ({
      key: decodeListedKey(Key ?? ''),
      uploadId: UploadId,
    }));
    if (uploads.some(({ key }) => !key.startsWith(prefix)))
      throw new Error(`S3 listed an upload outside of ${bucket}'s prefix`);
    yield uploads;
    after =
      page.IsTruncated && page.NextKeyMarker !== undefined
        ? {
            KeyMarker: decodeListedKey(page.NextKeyMarker),
            UploadIdMarker: page.NextUploadIdMarker,
          }
        : undefined;
  }
}

/**
 * @returns false when the upload had completed or was aborted by somebody else meanwhile: not when the reply to our own first
 *   request was lost
 */
async function abortUpload(
  client: S3Client,
  upload: { Bucket: string; Key: string; UploadId: string | undefined },
): Promise<boolean> {
  try {
    await client.send(new AbortMultipartUploadCommand(upload));
    return true;
  } catch (error) {
    if (!isServiceError(error) || error.name !== 'NoSuchUpload') throw error;
    return wasRepeated(error.$metadata);
  }
}
