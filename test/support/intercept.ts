import type { S3Client, ServiceOutputTypes } from '@aws-sdk/client-s3';

/**
 * Comes between a client and S3 at one kind of command: before it is sent, behind its reply, or instead of both.
 * @param answer sends the command when it asks for its reply; what it returns is what the client gets
 */
export function intercept(
  client: S3Client,
  command: string,
  answer: (send: () => Promise<object>, input: object) => Promise<object>,
): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== command) return next(args);
        let response: unknown;
        const send = async () => {
          const reply = await next(args);
          response = reply.response;
          return reply.output;
        };
        const output = (await answer(send, args.input)) as ServiceOutputTypes;
        return { response, output };
      },
    { step: 'initialize' },
  );
}
