import { DescribeContinuousBackupsCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetBucketReplicationCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CopyInquiry } from '../purge/place-copies.ts';

/** What DynamoDB keeps where nobody has chosen: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html */
const DEFAULT_RECOVERY_DAYS = 35;

export function copyInquiry(clients: {
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
}): CopyInquiry {
  return {
    async recoveryDays(table) {
      const { ContinuousBackupsDescription } = await clients.dynamodb.send(
        new DescribeContinuousBackupsCommand({ TableName: table }),
      );
      const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
      if (recovery?.PointInTimeRecoveryStatus !== 'ENABLED') return undefined;
      return recovery.RecoveryPeriodInDays ?? DEFAULT_RECOVERY_DAYS;
    },
    async isReplicated(bucket) {
      try {
        const { ReplicationConfiguration } = await clients.s3.send(
          new GetBucketReplicationCommand({ Bucket: bucket }),
        );
        return (ReplicationConfiguration?.Rules ?? []).length > 0;
      } catch (error) {
        if (error instanceof Error && error.name === 'ReplicationConfigurationNotFoundError')
          return false;
        throw error;
      }
    },
  };
}
