import { EventEmitter, once } from 'node:events';
import {
  Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { closeServer, listenOnLoopback } from '../loopback-server.ts';

/** What stores the items and evaluates the expressions. */
export interface Engine {
  readonly url: string;
  /** Sends the call on as it came, and the answer back as it comes. */
  forward(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

/** @param url of an engine that runs elsewhere; without it dynalite, in memory, in this process */
export async function startEngine(url?: string): Promise<Engine> {
  if (url !== undefined) return engineAt(url, async () => {});
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.keepAliveTimeout = 0;
  return {
    url: await listenOnLoopback(server, 0),
    forward: handOver(server),
    close: () => closeServer(server),
  };
}

/** A call to the server of this process, which needs no connection. */
function handOver(server: Server): Engine['forward'] {
  return async ({ method, url, headers }, body, response) => {
    const request = Object.assign(new EventEmitter(), { method, url, headers });
    const { promise, resolve } = Promise.withResolvers<string>();
    // All that dynalite does to an answer. The call is made when it has ended, even if nobody is there to receive it.
    const answer = {
      statusCode: 200,
      setHeader: (name: string, value: string | number) => response.setHeader(name, value),
      end: resolve,
    };
    server.emit('request', request, answer);
    request.emit('data', body);
    request.emit('end');
    const text = await promise;
    response.statusCode = answer.statusCode;
    response.end(text);
  };
}

function engineAt(url: string, stop: () => Promise<void>): Engine {
  const agent = new Agent({ keepAlive: true });
  return {
    url,
    async forward({ method, headers }, body, response) {
      const forwarded = sendRequest(url, {
        agent,
        method: method ?? 'POST',
        headers: { ...endToEnd(headers), 'content-length': body.length },
      });
      forwarded.end(body);
      const [answer]: IncomingMessage[] = await once(forwarded, 'response');
      if (!answer) throw new Error('the DynamoDB engine did not answer');
      response.writeHead(answer.statusCode ?? 500, endToEnd(answer.headers));
      await pipeline(answer, response);
    },
    async close() {
      agent.destroy();
      await stop();
    },
  };
}

/** Headers without those that are about one connection only. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const others = { ...headers };
  for (const name of ['connection', 'keep-alive', 'transfer-encoding']) delete others[name];
  return others;
}

const POLL_MS = 5;
const TABLE_TIMEOUT_MS = 10_000;

/** The SDK's own waiter polls every two seconds at the shortest; tables here are ready within milliseconds. */
export async function untilActive(client: DynamoDBClient, table: string): Promise<void> {
  const deadline = Date.now() + TABLE_TIMEOUT_MS;
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    if (Table?.TableStatus === 'ACTIVE') return;
    if (Date.now() > deadline) throw new Error(`table ${table} is still ${Table?.TableStatus}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
