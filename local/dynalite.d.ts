/** The package brings no types. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** Milliseconds that a table stays in each of its passing states. */
  interface DynaliteOptions {
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }
  /** DynamoDB in memory behind an HTTP server that is not listening yet. */
  function dynalite(options?: DynaliteOptions): Server;
  export = dynalite;
}
