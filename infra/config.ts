import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { UseDuringGrace } from '../lambdas/core/grace-use.ts';
import type { ForceRule } from '../lambdas/policy-gate/attempt.ts';
import type { RolePatterns } from '../lambdas/policy-gate/roles.ts';

export const ENVIRONMENT_NAMES = ['dev', 'prod'] as const;
export type EnvironmentName = (typeof ENVIRONMENT_NAMES)[number];

/**
 * Which of the account's resources planes may live in, as names or `*` patterns. Registration refuses what lies outside. Two
 * environments that may be in one account have none in common (`infra/assert-planes-apart.ts`).
 */
export interface PlaneResourcePatterns {
  readonly buckets: readonly string[];
  readonly tables: readonly string[];
  readonly functions: readonly string[];
}

/** How long a purge waits for its approvers, and who hears of it when. */
export interface ApprovalConfig {
  /** From the question to its expiry: then the purge halts, and is asked for again when the offboarding is started again. */
  readonly timeoutDays: number;
  /** So many days before the expiry the approvers are reminded. */
  readonly remindBeforeExpiryDays: readonly number[];
  /** So many days before the expiry others are told, who can make them decide. */
  readonly escalateBeforeExpiryDays: number;
  /** Subscribed to what approvers are told; each address confirms by a mail of SNS. More can be subscribed at any time. */
  readonly approverEmails?: readonly string[];
  readonly escalationEmails?: readonly string[];
}

/** Of questions about a purge, of those that nobody answers, and of what goes wrong. */
export type Hearer = 'approvers' | 'escalation' | 'alarms';

/** Everything that differs between deployments. A value that is the same everywhere stands where it is used. */
export interface OffboardingConfig {
  /** The least a request may ask for; both in days. */
  readonly floors: { readonly gracePeriodDays: number; readonly retentionDays: number };
  /** How many people it takes to skip a grace period: docs/decisions/0008-force-takes-two-people.md. */
  readonly force: ForceRule;
  /** How long the second of two people has to ask for the same. */
  readonly forceWindowHours: number;
  /** How many different people must approve a purge, beside whoever asked for it. */
  readonly requiredApprovals: number;
  /**
   * Who has which role, as patterns with `*` of a caller's identity or, for the session of a role, of the role's ARN
   * (docs/decisions/0003-caller-identity.md). `user/…`, `role/…` and `permission-set/…` are of the account that is deployed to.
   */
  readonly roles: RolePatterns;
  readonly approval: ApprovalConfig;
  /** What a use of the plane during its grace period brings about: docs/decisions/0012-uses-during-the-grace-period.md. */
  readonly useDuringGrace: UseDuringGrace;
  /** Shards of one plane packed at the same time. Each is one Lambda invocation of up to 15 minutes. */
  readonly packConcurrency: number;
  readonly archiveStorageClass: 'DEEP_ARCHIVE' | 'GLACIER' | 'GLACIER_IR' | 'STANDARD';
  readonly planeResources: PlaneResourcePatterns;
  readonly logRetention: RetentionDays;
  /** What becomes of the tables and buckets when the stack goes. The ledger and the evidence stay whatever this says. */
  readonly removalPolicy: RemovalPolicy;
  /** For how long nobody can delete a certificate or a checkpoint. It only ever applies to what is written afterwards. */
  readonly evidenceLockDays: number;
  /** SNS topic that every alarm notifies. Without it the alarms are only seen in CloudWatch. */
  readonly alarmTopicArn?: string;
  /**
   * Who hears by means outside this app: a subscription made by hand or by another stack, a rule on the state of alarms. For
   * the others a synthesis notes that nobody does (`infra/note-unheard.ts`).
   */
  readonly heardElsewhere?: readonly Hearer[];
}

export interface EnvironmentConfig extends OffboardingConfig {
  /** Absent: the account and region of the credentials that deploy. */
  readonly target?: { readonly account: string; readonly region: string };
  readonly terminationProtection: boolean;
}

/** The IAM role of this name, and the permission set of Identity Center of exactly this name. */
function rolesNamed(name: string): readonly string[] {
  return [`role/${name}`, `permission-set/${name}`];
}

export const ENVIRONMENTS: Readonly<Record<EnvironmentName, EnvironmentConfig>> = {
  dev: {
    terminationProtection: false,
    floors: { gracePeriodDays: 0, retentionDays: 0 },
    force: 'one-person',
    forceWindowHours: 24,
    requiredApprovals: 1,
    // Whoever may call the API: on a developer's account that is decided by IAM alone.
    roles: { operator: ['*'], forcer: ['*'], legal: ['*'], approver: ['*'] },
    approval: { timeoutDays: 7, remindBeforeExpiryDays: [4, 2], escalateBeforeExpiryDays: 1 },
    useDuringGrace: 'record',
    packConcurrency: 10,
    archiveStorageClass: 'DEEP_ARCHIVE',
    planeResources: {
      buckets: ['knowledge-dev-*'],
      tables: ['knowledge-dev-*'],
      functions: ['knowledge-dev-*'],
    },
    logRetention: RetentionDays.ONE_MONTH,
    evidenceLockDays: 1,
    removalPolicy: RemovalPolicy.DESTROY,
  },
  prod: {
    terminationProtection: true,
    floors: { gracePeriodDays: 7, retentionDays: 30 },
    force: 'two-people',
    forceWindowHours: 24,
    requiredApprovals: 2,
    roles: {
      operator: rolesNamed('OffboardingOperator'),
      forcer: rolesNamed('OffboardingForcer'),
      legal: rolesNamed('OffboardingLegal'),
      approver: rolesNamed('OffboardingApprover'),
    },
    approval: { timeoutDays: 14, remindBeforeExpiryDays: [7, 3], escalateBeforeExpiryDays: 1 },
    useDuringGrace: 'halt',
    packConcurrency: 40,
    archiveStorageClass: 'DEEP_ARCHIVE',
    planeResources: {
      buckets: ['knowledge-prod-*'],
      tables: ['knowledge-prod-*'],
      functions: ['knowledge-prod-*'],
    },
    logRetention: RetentionDays.TWO_YEARS,
    evidenceLockDays: 3650,
    removalPolicy: RemovalPolicy.RETAIN,
  },
};
