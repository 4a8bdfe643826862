import { setImmediate } from 'node:timers/promises';
import { type GetObjectCommandInput, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ArchiveWorld, startArchiveWorld } from '../../support/archive-world.ts';

/** One document that is copied by parts, planned. */
let world: ArchiveWorld;
beforeEach(async () => {
  world = await startArchiveWorld();
  await world.put('huge.bin', Buffer.alloc(150_000, 'copied by parts '));
  await world.run('plan');
});
afterEach(() => world.close());

test('a copy whose source cannot be read is aborted when its parts have arrived, and leaves no upload', async () => {
  const replies: string[] = [];
  world.s3.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const { Bucket } = args.input as GetObjectCommandInput;
        if (commandName === 'GetObjectCommand' && Bucket === 'documents') throw new Error('unread');
        const result = await next(args);
        // Later than whatever else is asked meanwhile.
        if (commandName === 'UploadPartCopyCommand')
          for (let turn = 0; turn < 20; turn += 1) await setImmediate();
        if (/Part|Abort/.test(commandName)) replies.push(commandName);
        return result;
      },
    { step: 'initialize' },
  );
  const [shard] = await world.shards();
  if (!shard) throw new Error('no shard');
  await expect(world.pack(shard)).rejects.toThrow('unread');
  expect(replies).toEqual([
    ...Array.from({ length: 5 }, () => 'UploadPartCopyCommand'),
    'AbortMultipartUploadCommand',
  ]);
  const { Uploads } = await world.s3.send(new ListMultipartUploadsCommand({ Bucket: 'vault' }));
  expect(Uploads).toBeUndefined();
});
