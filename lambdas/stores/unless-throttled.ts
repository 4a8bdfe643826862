import type { DeleteItemCommand, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { isServiceError } from './retry-transient.ts';

const THROTTLES: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** The service has not done what it was asked, because it was asked for too much at once. */
export class Throttled extends Error {
  override readonly name = 'Throttled';
}

/**
 * Has a command fail with `Throttled` at once, where the SDK would wait for this one request and leave the others as they
 * are: whoever throttles has to be asked more slowly altogether. The SDK's own repetitions stay as they are for all other
 * errors, whose quota throttles would soon have used up: 500 tokens for a client, 5 for each.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 * @param onUnanswered told of each attempt of which nobody knows whether the service has done it
 */
export function unlessThrottled<C extends DeleteItemCommand | GetItemCommand>(
  command: C,
  onUnanswered?: () => void,
): C {
  // Inside of the SDK's repetitions, which are of the same step, with priority.
  (command.middlewareStack as DynamoDBClient['middlewareStack']).add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (isServiceError(error) && THROTTLES.has(error.name)) throw new Throttled(error.message);
        if (!isServiceError(error) || error.$fault === 'server') onUnanswered?.();
        throw error;
      }
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  return command;
}
