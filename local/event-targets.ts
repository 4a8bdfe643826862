import { randomUUID } from 'node:crypto';
import type { Delivery } from './events.ts';
import type { Iam } from './iam.ts';
import type { Lambda } from './lambda/lambda.ts';
import type { Sns } from './sns.ts';

/**
 * Hands events to topics and functions as EventBridge does: in its own name, so that the policy of the topic, of its key or
 * of the function decides.
 * @throws AccessDenied, and what the target says
 */
export function deliverTo({
  iam,
  sns,
  lambda,
}: {
  readonly iam: Iam;
  readonly sns: Sns;
  readonly lambda: Lambda;
}): (delivery: Delivery) => Promise<void> {
  return async ({ ruleArn, targetArn, input }) => {
    const caller = iam.callerForService('events.amazonaws.com', ruleArn);
    if (targetArn.startsWith('arn:aws:sns:')) {
      sns.publish({ topicArn: targetArn, message: input }, caller);
      return;
    }
    caller.authorise('lambda:InvokeFunction', targetArn);
    lambda.invokeAsynchronously(targetArn, input, randomUUID());
  };
}
