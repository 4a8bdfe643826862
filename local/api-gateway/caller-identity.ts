import { createHash } from 'node:crypto';
import { readAccessKey } from '../access-key.ts';
import { type Caller, LOCAL_ACCOUNT } from '../aws-service.ts';

/** The part of `requestContext.identity` that says who signed. */
export interface CallerIdentity {
  readonly accessKey: string | null;
  readonly accountId: string | null;
  /** The stable id: `AIDA…` for a person, `AROA…:<session>` for a role. */
  readonly caller: string | null;
  readonly user: string | null;
  readonly userArn: string | null;
}

export const ANONYMOUS: CallerIdentity = {
  accessKey: null,
  accountId: null,
  caller: null,
  user: null,
  userArn: null,
};

/** Of a role that acts for itself. */
const SESSION = 'local';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids */
export function callerIdentity({ accessKeyId, arn }: Caller): CallerIdentity {
  const role = /:role\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  const id = createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase();
  const { session = SESSION } = readAccessKey(accessKeyId);
  const user = role === undefined ? `AIDA${id}` : `AROA${id}:${session}`;
  return {
    accessKey: accessKeyId,
    accountId: LOCAL_ACCOUNT,
    caller: user,
    user,
    userArn:
      role === undefined ? arn : `arn:aws:sts::${LOCAL_ACCOUNT}:assumed-role/${role}/${session}`,
  };
}
