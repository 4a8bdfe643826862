import { setImmediate } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';

/**
 * Has the replies to one kind of command come later than whatever else is asked meanwhile.
 * @returns every command by name, in the order of their replies
 */
export function lateReplies(client: S3Client, late: string): readonly string[] {
  const replies: string[] = [];
  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async (args) => {
        const result = await next(args);
        if (commandName === late) for (let turn = 0; turn < 20; turn += 1) await setImmediate();
        replies.push(commandName);
        return result;
      },
    { step: 'initialize' },
  );
  return replies;
}
