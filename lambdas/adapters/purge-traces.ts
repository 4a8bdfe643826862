import { DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteScheduleCommand,
  ResourceNotFoundException,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { marshall } from '@aws-sdk/util-dynamodb';

/** Deletes what was waited for, whatever scope it was about: a purged plane has nothing left to decide. */
export function eraseDecision(client: DynamoDBClient, table: string) {
  return async ({ planeId }: { planeId: string }): Promise<void> => {
    await client.send(new DeleteItemCommand({ TableName: table, Key: marshall({ planeId }) }));
  };
}

/** Deletes the schedule that would start the purge of this offboarding; it has its name. One that has run is gone. */
export function erasePurgeSchedule(client: SchedulerClient, groupName: string) {
  return async ({ offboardingId }: { offboardingId: string }): Promise<void> => {
    try {
      await client.send(new DeleteScheduleCommand({ Name: offboardingId, GroupName: groupName }));
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
  };
}
