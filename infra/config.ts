import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';

export const ENVIRONMENT_NAMES = ['dev', 'prod'] as const;
export type EnvironmentName = (typeof ENVIRONMENT_NAMES)[number];

/** Which of the account's resources planes may live in, as names or `*` patterns. Registration refuses what lies outside. */
export interface PlaneResourcePatterns {
  readonly buckets: readonly string[];
  readonly tables: readonly string[];
  readonly functions: readonly string[];
}

/** Everything that differs between deployments. A value that is the same everywhere stands where it is used. */
export interface OffboardingConfig {
  /** The least a request may ask for; both in days. */
  readonly floors: { readonly gracePeriodDays: number; readonly retentionDays: number };
  /** Whether a request may skip the grace period: docs/decisions/0005-force-is-off-in-production.md. */
  readonly allowForce: boolean;
  /** How long a purge waits for its approver before it halts. */
  readonly approvalTimeoutDays: number;
  /** Shards of one plane packed at the same time. Each is one Lambda invocation of up to 15 minutes. */
  readonly packConcurrency: number;
  readonly archiveStorageClass: 'DEEP_ARCHIVE' | 'GLACIER' | 'GLACIER_IR' | 'STANDARD';
  readonly planeResources: PlaneResourcePatterns;
  readonly logRetention: RetentionDays;
  /** What becomes of the tables and buckets when the stack goes. The ledger and the evidence stay whatever this says. */
  readonly removalPolicy: RemovalPolicy;
  /** SNS topic that every alarm notifies. Without it the alarms are only seen in CloudWatch. */
  readonly alarmTopicArn?: string;
}

export interface EnvironmentConfig extends OffboardingConfig {
  /** Absent: the account and region of the credentials that deploy. */
  readonly target?: { readonly account: string; readonly region: string };
  readonly terminationProtection: boolean;
}

export const ENVIRONMENTS: Readonly<Record<EnvironmentName, EnvironmentConfig>> = {
  dev: {
    terminationProtection: false,
    floors: { gracePeriodDays: 0, retentionDays: 0 },
    allowForce: true,
    approvalTimeoutDays: 7,
    packConcurrency: 10,
    archiveStorageClass: 'DEEP_ARCHIVE',
    planeResources: {
      buckets: ['knowledge-*'],
      tables: ['knowledge-*'],
      functions: ['knowledge-*'],
    },
    logRetention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  },
  prod: {
    terminationProtection: true,
    floors: { gracePeriodDays: 7, retentionDays: 30 },
    allowForce: false,
    approvalTimeoutDays: 14,
    packConcurrency: 40,
    archiveStorageClass: 'DEEP_ARCHIVE',
    planeResources: {
      buckets: ['knowledge-*'],
      tables: ['knowledge-*'],
      functions: ['knowledge-*'],
    },
    logRetention: RetentionDays.TWO_YEARS,
    removalPolicy: RemovalPolicy.RETAIN,
  },
};
