import { OffboardingError } from './core/errors.ts';

/**
 * What each caller of a function may ask it for. Everybody has an alias of the function under its own name and may invoke no
 * other, so it is IAM that says who asks, and not the request.
 */
export type AskedBy = Readonly<Record<string, readonly string[]>>;

/**
 * @param asked who is asked, for the message
 * @param invokedArn its ARN as it was invoked; without an alias nobody may ask for anything
 * @throws OffboardingError `INVALID_STAGE_INPUT` when who asks may not ask for that
 */
export function assertMayAsk(
  askedBy: AskedBy,
  asked: string,
  invokedArn: string,
  kind: string,
): void {
  const [, caller = ''] = /:function:[^:]+:([^:]+)$/.exec(invokedArn) ?? [];
  const kinds = Object.hasOwn(askedBy, caller) ? askedBy[caller] : undefined;
  if (!kinds?.includes(kind))
    throw new OffboardingError(
      'INVALID_STAGE_INPUT',
      `${caller || `whoever invokes the ${asked} itself`} may not ask for ${kind}`,
    );
}
