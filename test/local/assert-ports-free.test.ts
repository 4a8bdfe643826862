import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { assertPortsFree } from '../../local/assert-ports-free.ts';
import { closeServer, listenOnLoopback } from '../../local/loopback-server.ts';

test('a port that is in use is named, with the option that chooses another', async () => {
  const server = createServer();
  const port = Number(new URL(await listenOnLoopback(server, 0)).port);
  await expect(assertPortsFree([0, port])).rejects.toThrow(
    `port ${port} of 127.0.0.1 is in use: choose another with --port`,
  );
  await closeServer(server);
  await expect(assertPortsFree([port])).resolves.toBeUndefined();
});
