import { LOCAL_REGION } from '../aws-service.ts';
import { localArn } from '../template/resource-identity.ts';
import type { AttributeMap } from './operation-input.ts';

/** When a stream was enabled is part of its ARN. Here it always was. */
const STREAM_LABEL = '2026-01-01T00:00:00.000';

export function streamArn(table: string): string {
  return localArn('dynamodb', `table/${table}/stream/${STREAM_LABEL}`);
}

/** A change of one item, as a function that is fed by the stream gets it. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly dynamodb: {
    /** Seconds since 1970. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: AttributeMap;
    readonly NewImage?: AttributeMap;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: 'NEW_IMAGE';
  };
  readonly eventSourceARN: string;
}

/** What a write did to one item. */
export interface ItemChange {
  readonly keys: AttributeMap;
  readonly before: AttributeMap | undefined;
  readonly after: AttributeMap | undefined;
}

/** The stream of one table: its changes in the order in which they were made, numbered. */
export function createStream(table: string, now: () => Date) {
  let sequence = 0;
  return {
    /** @returns undefined when nothing has changed: a put of the same item leaves no record */
    recordOf({ keys, before, after }: ItemChange): StreamRecord | undefined {
      if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
      sequence += 1;
      const number = String(sequence).padStart(21, '0');
      return {
        eventID: `${table}/${number}`,
        eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: LOCAL_REGION,
        dynamodb: {
          ApproximateCreationDateTime: Math.floor(now().getTime() / 1000),
          Keys: keys,
          ...(after && { NewImage: after }),
          SequenceNumber: number,
          SizeBytes: Buffer.byteLength(JSON.stringify(after ?? keys)),
          StreamViewType: 'NEW_IMAGE',
        },
        eventSourceARN: streamArn(table),
      };
    },
  };
}
