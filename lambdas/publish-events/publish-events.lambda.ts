import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { eventBus } from '../adapters/event-bus.ts';
import { requireEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { ledgerChanges } from './ledger-changes.ts';
import { type BatchResponse, publishEvents } from './publish-events.ts';

const bus = eventBus(new EventBridgeClient(), requireEnv('EVENT_BUS'));
const log = eventLog().bind({ function: 'publish-events' });

export const handler = (event: DynamoDBStreamEvent): Promise<BatchResponse> =>
  publishEvents(bus, ledgerChanges(event), log);
