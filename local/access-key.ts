/** Who a person's access key says they are; the embedded cloud believes it. */
export interface AccessKeyOwner {
  /** Of the user, or of the role that was assumed. */
  readonly name: string;
  /** Absent for a user. */
  readonly session?: string;
}

/** `operator` is the user of that name, `Approver@jane` the session `jane` of the role `Approver`. */
export function readAccessKey(accessKeyId: string): AccessKeyOwner {
  const at = accessKeyId.indexOf('@');
  return at < 0
    ? { name: accessKeyId }
    : { name: accessKeyId.slice(0, at), session: accessKeyId.slice(at + 1) };
}
