import type { ResidualCopy } from '../core/certificate.ts';

/**
 * What DynamoDB's point-in-time recovery of this product's own tables keeps of a purged plane, for 35 days by default:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
 */
export const RESIDUAL_COPIES: readonly ResidualCopy[] = [
  'the registry record',
  'claims on stores and access points',
  'usage: leases and dependents',
  'the pending decision, its task token encrypted',
].map((what) => ({ what, kind: 'dynamodb-point-in-time-recovery', days: 35 }));
