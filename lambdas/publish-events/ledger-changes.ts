import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { LedgerEntry } from '../core/ledger-entry.ts';
import type { LedgerChange } from './publish-events.ts';

/** Reads what Lambda hands over of the ledger's stream: new images, and only those of new items are entries. */
export function ledgerChanges({ Records }: DynamoDBStreamEvent): readonly LedgerChange[] {
  return Records.map(({ eventName, dynamodb }) => ({
    sequenceNumber: dynamodb?.SequenceNumber ?? '',
    entry: eventName === 'INSERT' ? readEntry(dynamodb) : undefined,
  }));
}

function readEntry(change: DynamoDBRecord['dynamodb']): LedgerEntry | undefined {
  // The types of Lambda's events and of the SDK name the same attribute values.
  const image = change?.NewImage as Parameters<typeof unmarshall>[0] | undefined;
  return image && (unmarshall(image) as LedgerEntry);
}
