import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** Somebody else wrote the key: before this request, or while it was under way. */
const LOST_RACE: ReadonlySet<string> = new Set([
  'PreconditionFailed',
  'ConditionalRequestConflict',
]);

/** Writes a signed statement on condition that nothing has its key. @returns false when somebody was faster */
export async function writeJwsOnce(
  client: S3Client,
  bucket: string,
  key: string,
  jws: string,
): Promise<boolean> {
  try {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: jws,
        ContentType: 'application/jose',
        ChecksumAlgorithm: 'SHA256',
        IfNoneMatch: '*',
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof Error && LOST_RACE.has(error.name)) return false;
    throw error;
  }
}
