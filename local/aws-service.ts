import type { IncomingMessage, ServerResponse } from 'node:http';

/** Who signed a request, and what the deployed policies let them do. */
export interface Caller {
  readonly accessKeyId: string;
  /** `arn:aws:iam::<account>:user/<accessKeyId>` for people, the role's ARN for Lambdas and services. */
  readonly arn: string;
  /**
   * @throws AccessDenied unless the caller's policies allow the action on the resource and no policy denies it
   */
  authorise(
    action: string,
    resource: string,
    /** Condition keys of this request; an empty list says that the request does not have the key. */
    context?: Readonly<Record<string, string | readonly string[]>>,
  ): void;
}

/** One AWS service of the embedded cloud. It speaks the service's wire protocol and authorises each call itself. */
export interface AwsService {
  /** The service name in the credential scope of a SigV4 signature: s3, dynamodb, kms, states, lambda, scheduler, events, sns. */
  readonly signingName: string;
  handle(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void>;
  close(): Promise<void>;
}

/** The refusal every service answers with in its own wire format, under the name it has on AWS. */
export class AccessDenied extends Error {
  override readonly name = 'AccessDenied';
  readonly action: string;
  readonly resource: string;

  constructor(
    callerArn: string,
    action: string,
    resource: string,
    why: string = 'no policy allows it',
  ) {
    super(
      `User: ${callerArn} is not authorized to perform: ${action} on resource: ${resource} because ${why}`,
    );
    this.action = action;
    this.resource = resource;
  }
}

export const LOCAL_ACCOUNT = '111122223333';
export const LOCAL_REGION = 'us-east-1';
