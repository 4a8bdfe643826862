import type { AwsCall, CallFate } from '../../local/aws-endpoint.ts';
import {
  type FaultyServices,
  type Retries,
  startFaultyServices,
  type Tables,
} from './faulty-services.ts';

/**
 * Does the work on services of its own, which say "not now" to every fifth call, on average.
 * @returns how many calls they have refused
 */
export async function workOnBusyServices(
  tables: Tables,
  seed: number,
  steps: {
    readonly start: (services: FaultyServices) => Promise<void>;
    readonly work: (services: FaultyServices) => Promise<void>;
    readonly check: (services: FaultyServices) => Promise<void>;
    /** Sees every call that reaches its service. */
    readonly watch?: (call: AwsCall) => void;
  },
): Promise<number> {
  const services = await startFaultyServices(tables, IMPATIENT);
  try {
    await steps.start(services);
    let refused = 0;
    const fateOf = busyServices(seed, 0.2);
    services.faults((call) => {
      const fate = fateOf(call);
      if (fate !== 'proceed') refused += 1;
      else steps.watch?.(call);
      return fate;
    });
    await steps.work(services);
    await steps.check(services);
    return refused;
  } finally {
    await services.close();
  }
}

/** Services that say "not now" to a share of all calls; which ones, the seed decides. */
function busyServices(seed: number, share: number): (call: AwsCall) => CallFate {
  const random = randomNumbers(seed);
  return ({ signingName }) => {
    if (random() >= share) return 'proceed';
    if (signingName === 's3') return { refuse: { status: 503, code: 'SlowDown' } };
    const code = random() < 0.5 ? 'ThrottlingException' : 'ProvisionedThroughputExceededException';
    return { refuse: { status: 400, code } };
  };
}

/** Numbers from 0 to 1 by a linear congruential generator: Park and Miller, Communications of the ACM 31 (10), 1988. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const ATTEMPTS = 8;

/** As often as the product's own clients try, but without waiting. */
export const IMPATIENT: Retries = {
  maxAttempts: ATTEMPTS,
  retryStrategy: {
    mode: 'standard',
    acquireInitialRetryToken: async () => retryToken(0),
    async refreshRetryTokenForRetry(token, { errorType }) {
      const count = token.getRetryCount() + 1;
      if (errorType === 'CLIENT_ERROR' || count >= ATTEMPTS) throw new Error('not tried again');
      return retryToken(count);
    },
    recordSuccess: () => {},
  },
};

function retryToken(count: number) {
  return { getRetryCount: () => count, getRetryDelay: () => 0 };
}
