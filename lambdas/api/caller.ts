import { createHash } from 'node:crypto';
import { OffboardingError } from '../core/errors.ts';
import type { Caller } from '../ports.ts';

const USER_ARN = /^arn:aws[a-z-]*:iam::\d{12}:user\/[\w+=,.@/-]+$/;
const ROOT_ARN = /^arn:aws[a-z-]*:iam::\d{12}:root$/;
const SESSION_ARN =
  /^arn:(?<partition>aws[a-z-]*):sts::(?<account>\d{12}):assumed-role\/(?<role>[\w+=,.@-]+)\/(?<session>[\w+=,.@-]+)$/;
// https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
const IDENTITY_CENTER_ROLE = /^AWSReservedSSO_.+_[0-9a-f]{16}$/;
const PERSON_DIGITS = 16;

/**
 * The caller's stable identity, which the ledger names as actor and the four-eyes rule compares, and the role that the
 * policies may know them by (docs/decisions/0003-caller-identity.md).
 * @param userArn `requestContext.identity.userArn` of a request that the gateway authorised by IAM
 * @throws OffboardingError `CALLER_NOT_RECOGNISED` for anything but an IAM user, a role or the account's root
 */
export function recogniseCaller(userArn: string | null | undefined): Caller {
  if (userArn && (USER_ARN.test(userArn) || ROOT_ARN.test(userArn))) return { identity: userArn };
  const session = userArn?.match(SESSION_ARN)?.groups;
  if (session) return sessionCaller(session);
  throw new OffboardingError(
    'CALLER_NOT_RECOGNISED',
    'the caller is neither an IAM user nor a role nor the root of the account',
  );
}

function sessionCaller({
  partition,
  account,
  role = '',
  session = '',
}: Record<string, string | undefined>): Caller {
  const roleArn = `arn:${partition}:iam::${account}:role/${role}`;
  // Whoever assumes a role chooses the session's name; only Identity Center sets it to who signed in. The role is left
  // out of the identity there: with two permission sets one person would have two.
  const isPerson = IDENTITY_CENTER_ROLE.test(role);
  return { identity: isPerson ? `identity-center-user/${person(session)}` : roleArn, roleArn };
}

/** Tells people apart without their name or e-mail address, which must not end in the ledger. */
function person(signInName: string): string {
  const digest = createHash('sha256').update(signInName.toLowerCase()).digest('hex');
  return digest.slice(0, PERSON_DIGITS);
}
