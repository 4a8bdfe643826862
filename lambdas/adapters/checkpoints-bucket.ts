import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { CheckpointArchive } from '../checkpoint/ports.ts';
import { writeJwsOnce } from './write-jws-once.ts';

const PREFIX = 'checkpoints/';
const KEY = /^checkpoints\/(\d{8})\.jws$/;
/** The chain of checkpoints, one object each. The bucket's lock keeps every version of them. */
export function checkpointsBucket(client: S3Client, bucket: string): CheckpointArchive {
  return {
    async lastNumber() {
      let last = 0;
      // In the order of their names, a thousand a page: some three years of them.
      for await (const page of paginateListObjectsV2(
        { client },
        { Bucket: bucket, Prefix: PREFIX },
      ))
        for (const { Key = '' } of page.Contents ?? []) last = Number(KEY.exec(Key)?.[1] ?? last);
      return last;
    },
    async read(number) {
      const { Body } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: keyOf(number) }),
      );
      if (!Body) throw new Error('S3 answered a checkpoint without its content');
      return await Body.transformToString();
    },
    writeOnce: (number, jws) => writeJwsOnce(client, bucket, keyOf(number), jws),
  };
}

function keyOf(number: number): string {
  return `${PREFIX}${String(number).padStart(8, '0')}.jws`;
}
