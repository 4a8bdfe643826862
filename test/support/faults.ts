import type { LambdaName } from '../../infra/bundle.ts';
import type { AwsCall, CallFate } from '../../local/aws-endpoint.ts';

/** Which calls something is to happen to; what is left out may be anything. */
export interface CallPattern {
  /** The function whose role calls. */
  readonly by?: LambdaName;
  /** As in `AwsCall.operation`. */
  readonly operation?: string;
  readonly method?: string;
  readonly url?: RegExp;
  /** So many of these calls are let through first. */
  readonly skip?: number;
  /** It happens to so many calls and to no more. */
  readonly times?: number;
}

export interface Fault {
  /** To how many calls it has happened. */
  readonly hits: () => number;
  /** Removes the cause. */
  lift(): void;
}

/** What goes wrong in an embedded cloud while a test runs. `onCall` is for `startCloud`. */
export function createFaults() {
  const faults = new Set<(call: AwsCall) => CallFate>();

  function inject(pattern: CallPattern, fateOf: (call: AwsCall) => CallFate): Fault {
    const { skip = 0, times = Number.POSITIVE_INFINITY } = pattern;
    let seen = 0;
    let hits = 0;
    const fault = (call: AwsCall): CallFate => {
      if (!matches(pattern, call)) return 'proceed';
      seen += 1;
      if (seen <= skip || hits >= times) return 'proceed';
      hits += 1;
      return fateOf(call);
    };
    faults.add(fault);
    return { hits: () => hits, lift: () => faults.delete(fault) };
  }

  return {
    /** The first fault that means the call decides about it. */
    onCall(call: AwsCall): CallFate {
      for (const fault of faults) {
        const fate = fault(call);
        if (fate !== 'proceed') return fate;
      }
      return 'proceed';
    },
    clear: () => faults.clear(),
    inject,
    refuse: (pattern: CallPattern, code: string, status = 400): Fault =>
      inject(pattern, () => ({ refuse: { status, code } })),
    /** Something happens in the world just before the first such call reaches its service. */
    before: (pattern: CallPattern, happens: () => Promise<unknown>): Fault =>
      inject({ ...pattern, times: 1 }, () => ({ after: happens() })),
  };
}

function matches({ by, operation, method, url }: CallPattern, call: AwsCall): boolean {
  return (
    (by === undefined || isRoleOf(by, call.callerArn)) &&
    (operation === undefined || operation === call.operation) &&
    (method === undefined || method === call.method) &&
    (url === undefined || url.test(call.url))
  );
}

/** A role's name is made of its construct's path, in which every function has a place of its own. */
export function isRoleOf(name: LambdaName, callerArn: string): boolean {
  return callerArn.includes(`Offboarding${name.replaceAll('-', '')}functionRole`);
}
