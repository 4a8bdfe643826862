/** HTTP status by error code, as in https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. */
const STATUS_BY_CODE = {
  AccessDenied: 403,
  BadDigest: 400,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  IllegalLocationConstraintException: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidBucketState: 409,
  InvalidDigest: 400,
  InvalidObjectState: 403,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidStorageClass: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedTrailerError: 400,
  MalformedXML: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchObjectLockConfiguration: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  NotImplemented: 501,
  ObjectLockConfigurationNotFoundError: 404,
  ReplicationConfigurationNotFoundError: 404,
  ObjectNotInActiveTierError: 403,
  PreconditionFailed: 412,
  RestoreAlreadyInProgress: 409,
  XAmzContentSHA256Mismatch: 400,
} as const;
export type S3ErrorCode = keyof typeof STATUS_BY_CODE;

/** A refusal on purpose, under the code that S3 gives it. */
export class S3Error extends Error {
  readonly code: S3ErrorCode;
  readonly status: number;
  /** Elements beside Code and Message in the XML, such as `Key` or `StorageClass`. */
  readonly details: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: S3ErrorCode,
    message: string,
    options: {
      details?: Readonly<Record<string, string>>;
      headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = STATUS_BY_CODE[code];
    this.details = options.details ?? {};
    this.headers = options.headers ?? {};
  }
}

export function invalidArgument(name: string, value: string, why: string): S3Error {
  return new S3Error('InvalidArgument', why, {
    details: { ArgumentName: name, ArgumentValue: value },
  });
}

/** Nothing is pretended: what this server does not know is refused by name. */
export function notImplemented(what: string): S3Error {
  return new S3Error('NotImplemented', `${what} is not implemented by the embedded S3.`);
}
