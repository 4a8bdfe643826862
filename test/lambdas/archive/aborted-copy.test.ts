import { type GetObjectCommandInput, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ArchiveWorld, startArchiveWorld } from '../../support/archive-world.ts';
import { intercept } from '../../support/intercept.ts';
import { lateReplies } from '../../support/late-replies.ts';

/** One document that is copied by parts, planned. */
let world: ArchiveWorld;
beforeEach(async () => {
  world = await startArchiveWorld();
  await world.put('huge.bin', Buffer.alloc(150_000, 'copied by parts '));
  await world.run('plan');
});
afterEach(() => world.close());

test('a copy whose source cannot be read is aborted when its parts have arrived, and leaves no upload', async () => {
  const replies = lateReplies(world.s3, 'UploadPartCopyCommand');
  intercept(world.s3, 'GetObjectCommand', async (send, input) => {
    if ((input as GetObjectCommandInput).Bucket === 'documents') throw new Error('unread');
    return send();
  });
  const [shard] = await world.shards();
  if (!shard) throw new Error('no shard');
  await expect(world.pack(shard)).rejects.toThrow('unread');
  expect(replies.filter((command) => /Part|Abort/.test(command))).toEqual([
    ...Array.from({ length: 5 }, () => 'UploadPartCopyCommand'),
    'AbortMultipartUploadCommand',
  ]);
  const { Uploads } = await world.s3.send(new ListMultipartUploadsCommand({ Bucket: 'vault' }));
  expect(Uploads).toBeUndefined();
});
