import type { AwsCall } from '../../local/aws-endpoint.ts';
import { type FaultyServices, startFaultyServices, type Tables } from './faulty-services.ts';
import { IMPATIENT } from './work-on-busy-services.ts';

/**
 * Does the work once for each of its AWS calls, on services of its own, which answer that one call by 503 and no other.
 * @returns how many calls the work takes
 */
export async function refuseEveryCall(
  tables: Tables,
  steps: {
    readonly start: (services: FaultyServices) => Promise<void>;
    readonly work: (services: FaultyServices) => Promise<void>;
    /** @param refusal which call was refused */
    readonly check: (services: FaultyServices, refusal: string) => Promise<void>;
  },
): Promise<number> {
  const services = await startFaultyServices(tables, IMPATIENT);
  try {
    for (let refused = 1; ; refused += 1) {
      await steps.start(services);
      let victim: AwsCall | undefined;
      services.faults((call, number) => {
        if (number !== refused) return 'proceed';
        victim = call;
        const code = call.signingName === 's3' ? 'SlowDown' : 'ServiceUnavailable';
        return { refuse: { status: 503, code } };
      });
      await steps.work(services);
      if (!victim) return refused - 1;
      const { method, url, operation = '' } = victim;
      await steps.check(services, `call ${refused}: ${method} ${url} ${operation}`);
    }
  } finally {
    await services.close();
  }
}
