import type { IncomingMessage } from 'node:http';

export interface RequestTarget {
  /** As received: nothing is decoded, and `..` is a name like any other. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** What a request asks for. Not by `new URL`, which resolves `..`, takes `//x` for a host and throws on what is no URL. */
export function readTarget({ url = '' }: IncomingMessage): RequestTarget {
  const [path = ''] = url.split('?', 1);
  return { path, query: new URLSearchParams(url.slice(path.length + 1)) };
}
