import type { Caller } from './aws-service.ts';

export interface CallCount {
  readonly callerArn: string;
  /** `s3:PutObject` */
  readonly action: string;
  readonly calls: number;
}

export interface CallCounts {
  /** A caller for one request, whose actions are counted: once each, however many resources the request names. */
  counting(caller: Caller): Caller;
  /** What was called so far, refused or not. */
  read(): readonly CallCount[];
  reset(): void;
}

/** Counts calls by caller and action: what a stage costs on AWS, and what it tried to do. */
export function createCallCounts(): CallCounts {
  const counts = new Map<string, CallCount>();
  return {
    counting(caller) {
      const counted = new Set<string>();
      return {
        ...caller,
        authorise(action, resource, context) {
          if (!counted.has(action)) {
            counted.add(action);
            const key = `${caller.arn} ${action}`;
            const calls = (counts.get(key)?.calls ?? 0) + 1;
            counts.set(key, { callerArn: caller.arn, action, calls });
          }
          caller.authorise(action, resource, context);
        },
      };
    },
    read: () => [...counts.values()],
    reset: () => counts.clear(),
  };
}
