import { Duration } from 'aws-cdk-lib';
import { JitterType, type RetryProps } from 'aws-cdk-lib/aws-stepfunctions';

/**
 * Lambda itself failed, not our code. AWS recommends the first four
 * (https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception); a throttled
 * or crashed environment is as innocent. Waits of at most 2, 4, 8, 16, 32 and 60 s: two minutes.
 */
export const LAMBDA_ERRORS: RetryProps = {
  errors: [
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
    'Lambda.Unknown',
    'Sandbox.Timedout',
  ],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 6,
  maxDelay: Duration.seconds(60),
  jitterStrategy: JitterType.FULL,
};

/**
 * A service behind the Lambda was busy for longer than the SDK's own three attempts and the stores' retries last. The
 * shell lets the names through that AWS gave them. Waits of at most 5, 10, 20, 40, 80, 160 and four times 300 s: 25 minutes.
 */
export const BUSY_SERVICES: RetryProps = {
  errors: [
    'SlowDown',
    'ServiceUnavailable',
    'InternalError',
    'InternalServerError',
    'InternalServerException',
    'RequestTimeout',
    'TimeoutError',
    'ThrottlingException',
    'TooManyRequestsException',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'KMSInternalException',
    'LEDGER_CONTENTION',
  ],
  interval: Duration.seconds(5),
  backoffRate: 2,
  maxAttempts: 10,
  maxDelay: Duration.minutes(5),
  jitterStrategy: JitterType.FULL,
};

/**
 * A stage made progress, stored it, and asks to be called again. 1,000 calls of up to 15 minutes are ten days of work.
 * Each call adds three events to the history (scheduled, started, failed); three such steps in one execution make 9,000
 * of the 25,000 it may have (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
 */
export const UNFINISHED: RetryProps = {
  errors: ['STAGE_PENDING'],
  interval: Duration.seconds(1),
  backoffRate: 1,
  maxAttempts: 1000,
};

/**
 * The drain: somebody still uses the plane. Asked again after 1, 2, 4, 8, 16 and 32 minutes (63 in all) and then every
 * hour: 6 + 23 attempts give usage 24 hours and 3 minutes to end before the offboarding halts with ACTIVE_USAGE.
 * No jitter: it could only make that shorter.
 */
export const DRAIN: RetryProps = {
  errors: ['ACTIVE_USAGE'],
  interval: Duration.minutes(1),
  backoffRate: 2,
  maxDelay: Duration.hours(1),
  maxAttempts: 29,
};

/**
 * The map could not read its list of shards from S3. Shards that are packed already are not packed again. Waits of at
 * most 2, 4, 8, 16 and 32 s.
 */
export const ITEM_READER_ERRORS: RetryProps = {
  errors: ['States.ItemReaderFailed'],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 5,
  jitterStrategy: JitterType.FULL,
};

/** EventBridge Scheduler was busy. Waits of at most 2, 4, 8, 16, 32 and three times 60 s: four minutes. */
export const SCHEDULER_ERRORS: RetryProps = {
  errors: [
    'Scheduler.ThrottlingException',
    'Scheduler.InternalServerException',
    'Scheduler.SdkClientException',
  ],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 8,
  maxDelay: Duration.seconds(60),
  jitterStrategy: JitterType.FULL,
};

/** Somebody else is changing the same schedule; only Scheduler itself does, when it runs. Waits of at most 2, 4 and 8 s. */
export const CONCURRENT_CHANGE: RetryProps = {
  errors: ['Scheduler.ConflictException'],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxAttempts: 3,
  jitterStrategy: JitterType.FULL,
};
