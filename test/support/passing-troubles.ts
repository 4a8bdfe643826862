import type { AwsCall, CallFate } from '../../local/aws-endpoint.ts';
import { seededRandom } from '../../local/step-functions/retries.ts';

/** How each service says "not now", by the name in the credential scope. */
const BUSY: Readonly<Record<string, { readonly status: number; readonly code: string }>> = {
  s3: { status: 503, code: 'SlowDown' },
  dynamodb: { status: 400, code: 'ThrottlingException' },
  kms: { status: 400, code: 'ThrottlingException' },
  lambda: { status: 429, code: 'TooManyRequestsException' },
  states: { status: 400, code: 'ThrottlingException' },
  scheduler: { status: 429, code: 'ThrottlingException' },
};

const API = /Offboardingapi[a-z]+functionRole/;

/**
 * A cloud in which a share of the calls is not answered: refused by a busy service, lost on the way there, or done and
 * lost on the way back. Which calls it hits depends on the seed, and on the order of calls that run at the same time.
 * People are spared, and so are the functions of the API, whose callers repeat themselves what was not answered.
 */
export function passingTroubles({ seed, share }: { seed: number; share: number }) {
  const random = seededRandom(seed);
  let unanswered = 0;
  return {
    unanswered: () => unanswered,
    fateOf({ signingName, callerArn }: AwsCall): CallFate {
      if (!callerArn.includes(':role/') || API.test(callerArn)) return 'proceed';
      if (random() >= share) return 'proceed';
      unanswered += 1;
      const refuse = BUSY[signingName];
      const kind = random();
      if (refuse && kind < 0.5) return { refuse };
      return kind < 0.75 ? 'drop' : 'lose';
    },
  };
}
