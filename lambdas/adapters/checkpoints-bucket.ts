import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CheckpointArchive } from '../checkpoint/ports.ts';
import { listVersions } from '../stores/s3-versions.ts';
import { writeJwsOnce } from './write-jws-once.ts';

const PREFIX = 'checkpoints/';
const KEY = /^checkpoints\/(\d{8})\.jws$/;

/**
 * The chain of checkpoints, one object each. The bucket's lock keeps every version of them, but a delete marker hides what is under it,
 * and `If-None-Match: *` passes over one: so versions are listed, not objects, and a key's first version is the checkpoint.
 */
export function checkpointsBucket(client: S3Client, bucket: string): CheckpointArchive {
  const readVersion = async (number: number, versionId: string) => {
    const { Body } = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: keyOf(number), VersionId: versionId }),
    );
    if (!Body) throw new Error('S3 answered a checkpoint without its content');
    return { number, jws: await Body.transformToString() };
  };
  return {
    async read() {
      let last: { readonly number: number; readonly versionId: string } | undefined;
      const tampered = new Set<string>();
      // In the order of their names, a thousand a page: some three years of them. Of one name the newest comes first.
      for await (const page of listVersions(client, { bucket, prefix: PREFIX }))
        for (const { kind, key, versionId } of page) {
          const number = Number(KEY.exec(key)?.[1]);
          if (Number.isNaN(number)) continue;
          if (kind === 'delete-marker' || number === last?.number) tampered.add(key);
          if (kind === 'object') last = { number, versionId };
        }
      return {
        last: last && (await readVersion(last.number, last.versionId)),
        tampered: [...tampered],
      };
    },
    writeOnce: (number, jws) => writeJwsOnce(client, bucket, keyOf(number), jws),
  };
}

function keyOf(number: number): string {
  return `${PREFIX}${String(number).padStart(8, '0')}.jws`;
}
