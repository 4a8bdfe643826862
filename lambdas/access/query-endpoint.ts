import {
  GetFunctionConcurrencyCommand,
  InvokeCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  ResourceNotFoundException,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';
import type { QueryEndpoint } from '../core/plane.ts';
import type { AccessPoint, ClosureProof } from './access-point.ts';

// Lambda takes over a new reserved concurrency within seconds, not at once.
const PROBES = 5;
const PAUSE_BETWEEN_PROBES_MS = 2000;

export interface QueryEndpointPorts {
  readonly lambda: LambdaClient;
  /** A client of one attempt: what a probe hopes for is a throttled call, and the SDK's retries would only repeat it. */
  readonly prober: LambdaClient;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** A Lambda function that answers queries; a reserved concurrency of 0 refuses every invocation of it. */
export function queryEndpoint(
  { lambda, prober, pause }: QueryEndpointPorts,
  descriptor: QueryEndpoint,
): AccessPoint {
  const FunctionName = descriptor.functionName;
  return {
    descriptor,

    async close(_now, mayGoOn) {
      try {
        const { ReservedConcurrentExecutions: before = null } = await lambda.send(
          new GetFunctionConcurrencyCommand({ FunctionName }),
        );
        const counts = { alreadyAbsent: 0, reservedConcurrencyBefore: before };
        if (before === 0) return { closed: 0, alreadyClosed: 1, ...counts };
        await mayGoOn();
        await lambda.send(
          new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }),
        );
        return { closed: 1, alreadyClosed: 0, ...counts };
      } catch (error) {
        if (error instanceof ResourceNotFoundException)
          return { closed: 0, alreadyClosed: 0, alreadyAbsent: 1 };
        throw error;
      }
    },

    async proveClosed() {
      for (let probes = 1; probes < PROBES; probes += 1) {
        // An answer that was lost proves nothing either way, and is asked for again.
        const proof = await probe(prober, FunctionName).catch(() => undefined);
        if (proof?.refused) return proof;
        await pause(PAUSE_BETWEEN_PROBES_MS);
      }
      return probe(prober, FunctionName);
    },
  };
}

/** One invocation that must not get through. Synchronous, because an asynchronous one is queued, not refused. */
async function probe(lambda: LambdaClient, FunctionName: string): Promise<ClosureProof> {
  try {
    await lambda.send(
      new InvokeCommand({
        FunctionName,
        InvocationType: 'RequestResponse',
        Payload: JSON.stringify({ offboardingProbe: true }),
      }),
    );
    return { refused: false, observed: 'invocation accepted' };
  } catch (error) {
    if (error instanceof ResourceNotFoundException)
      return { refused: true, observed: 'function does not exist' };
    if (!(error instanceof TooManyRequestsException)) throw error;
    // Any other reason is a busy account or caller: the next query might get through.
    const observed = error.Reason ?? 'no reason given';
    return { refused: observed === 'ReservedFunctionConcurrentInvocationLimitExceeded', observed };
  }
}
