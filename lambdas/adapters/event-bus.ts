import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { EventBus } from '../publish-events/publish-events.ts';

/** The product's own bus. Each event names its plane as its resource, so that rules can be about one plane. */
export function eventBus(client: EventBridgeClient, busName: string): EventBus {
  return {
    async put(entries) {
      const { Entries = [] } = await client.send(
        new PutEventsCommand({
          Entries: entries.map(({ source, detailType, detail, time, planeId }) => ({
            EventBusName: busName,
            Source: source,
            DetailType: detailType,
            Detail: detail,
            Time: time,
            Resources: [planeId],
          })),
        }),
      );
      // Nobody says that an entry without an answer was taken.
      return entries.map((_, index) => {
        const result = Entries[index];
        return result?.EventId === undefined ? (result?.ErrorCode ?? 'NoAnswer') : undefined;
      });
    },
  };
}
