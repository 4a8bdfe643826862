import { createServer } from 'node:http';
import { closeServer, listenOnLoopback } from './loopback-server.ts';

/** Looked at before the stack is synthesised, which takes half a minute. @throws Error naming the port that is taken */
export async function assertPortsFree(ports: readonly number[]): Promise<void> {
  for (const port of ports) {
    const server = createServer();
    try {
      await listenOnLoopback(server, port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      throw new Error(
        `port ${port} of 127.0.0.1 is in use: choose another with --port, which takes the one after it too`,
        { cause: error },
      );
    }
    await closeServer(server);
  }
}
