import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AwsService, Caller } from '../../local/aws-service.ts';

/** Puts one service behind a port, without the front door's signatures: every caller is `caller`. */
export async function serve(service: AwsService, caller: Caller = allowAll) {
  const server = createServer((request, response) => {
    void service.handle(request, response, caller);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    config: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'tester', secretAccessKey: 'local' },
      maxAttempts: 1,
    },
    async close(): Promise<void> {
      await service.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const allowAll: Caller = {
  accessKeyId: 'tester',
  arn: 'arn:aws:iam::111122223333:user/tester',
  authorise: () => undefined,
};
