import type { ExecutionEvent } from '../local/step-functions/execution.ts';
import type { RequestKind } from './request-kind.ts';

/** What happened between two states of the workflow: real time, and requests to S3 by whoever made them. */
export interface Span {
  readonly ms: number;
  readonly requests: Readonly<Record<RequestKind, number>>;
}

/** Listens to a cloud for what lies between the entries into two states. */
export interface RequestTally {
  onRequest(kind: RequestKind): void;
  onEvent(event: ExecutionEvent): void;
  /** Forgets what it heard, and listens for the next time these states are entered, one after the other. */
  between(from: string, until: string): void;
  /** @throws Error when the workflow has not come so far */
  span(): Span;
}

export function createRequestTally(): RequestTally {
  let states: { readonly from: string; readonly until: string } | undefined;
  let requests: Record<RequestKind, number> = {};
  let startedAt: number | undefined;
  let endedAt: number | undefined;
  return {
    onRequest(kind) {
      if (startedAt !== undefined && endedAt === undefined)
        requests[kind] = (requests[kind] ?? 0) + 1;
    },
    onEvent(event) {
      if (event.type !== 'StateEntered') return;
      if (event.stateName === states?.from) startedAt ??= performance.now();
      if (event.stateName === states?.until && startedAt !== undefined)
        endedAt ??= performance.now();
    },
    between(from, until) {
      states = { from, until };
      requests = {};
      startedAt = undefined;
      endedAt = undefined;
    },
    span() {
      if (startedAt === undefined || endedAt === undefined)
        throw new Error(`the workflow did not go from ${states?.from} to ${states?.until}`);
      return { ms: endedAt - startedAt, requests };
    },
  };
}
