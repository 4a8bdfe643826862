import { randomUUID } from 'node:crypto';
import type { Delivery } from './events.ts';
import type { Iam } from './iam.ts';
import type { Lambda } from './lambda/lambda.ts';
import type { Sns } from './sns.ts';

const EVENTBRIDGE = 'events.amazonaws.com';

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
    if (targetArn.startsWith('arn:aws:sns:')) {
      // It does not say for which rule: docs/decisions/0014-topics-trust-eventbridge-unconditionally.md.
      sns.publish({ topicArn: targetArn, message: input }, iam.callerForService(EVENTBRIDGE));
      return;
    }
    const caller = iam.callerForService(EVENTBRIDGE, ruleArn);
    caller.authorise('lambda:InvokeFunction', targetArn);
    lambda.invokeAsynchronously(targetArn, input, randomUUID());
  };
}
