import { createHash } from 'node:crypto';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../aws-service.ts';

/** What a resource's Ref and attributes are made of. */
export interface ResourceIdentity {
  readonly logicalId: string;
  /** The physical name: the one the template gives, or one made of stack name and logical id. */
  readonly name: string;
  /** Hex digits that are this resource's own: stands for the ids AWS draws at random. */
  readonly digits: string;
  /** A property of the resource that is a string, resolved. @throws Error when it is missing */
  readonly property: (name: string) => string;
}

/** The same for the same stack and logical id, so that a run can be repeated and compared. */
export function identityDigits(stackName: string, logicalId: string): string {
  return createHash('sha256').update(`${stackName}/${logicalId}`).digest('hex');
}

/**
 * `<stack>-<logicalId>`; too long a name keeps its start and ends in digits of its own, because logical ids of
 * one construct tree differ only at their end.
 */
export function generatedName(stackName: string, logicalId: string, maxLength: number): string {
  const name = `${stackName}-${logicalId}`;
  if (name.length <= maxLength) return name;
  return `${name.slice(0, maxLength - 9)}-${identityDigits(stackName, logicalId).slice(0, 8)}`;
}

/** `arn:aws:<service>:<region>:<account>:<resource>` in the local account and region. */
export function localArn(service: string, resource: string): string {
  return `arn:aws:${service}:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${resource}`;
}

/** ARNs of services that have no region. */
export function globalArn(service: string, resource: string): string {
  return `arn:aws:${service}::${LOCAL_ACCOUNT}:${resource}`;
}
