import type { Readable } from 'node:stream';
import type { StoreDescriptor } from '../core/plane.ts';
import type { ObjectProperties, ObjectVersion, PartitionItem } from '../core/store-record.ts';
import { dynamodbRecordReader } from './dynamodb-record-reader.ts';
import type { StoreClients } from './open-store.ts';
import { s3RecordReader } from './s3-record-reader.ts';

export interface OpenRecord {
  readonly content: Readable;
  /** Of an object that has any: read with its content, in the same request. */
  readonly properties?: ObjectProperties;
}

/**
 * Reads the records of one store. Not a part of `Store`: only a packer reads, and only a packer neither lists nor removes,
 * so that every bundle would carry what it has no use for.
 */
export interface RecordReader {
  readonly descriptor: StoreDescriptor;
  /**
   * The content of exactly this record.
   * @throws OffboardingError `SOURCE_CHANGED` when it is gone or no longer the same
   */
  open(record: ObjectVersion | PartitionItem): Promise<OpenRecord>;
}

/** How the records of a plane's store are read: one implementation per kind. */
export function readerFor(clients: StoreClients): (descriptor: StoreDescriptor) => RecordReader {
  return (descriptor) => {
    switch (descriptor.kind) {
      case 's3-prefix':
        return s3RecordReader(clients.s3, descriptor);
      case 'dynamodb-partition':
        return dynamodbRecordReader(clients.dynamodb, descriptor);
    }
  };
}
