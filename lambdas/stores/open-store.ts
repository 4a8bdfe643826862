import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { StoreDescriptor } from '../core/plane.ts';
import { createDynamodbPartitionStore } from './dynamodb-partition.ts';
import { createS3PrefixStore } from './s3-prefix.ts';
import type { Store } from './store.ts';

export interface StoreClients {
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
}

/** A plane's store as something to work with: one implementation per kind. */
export function storeFor(clients: StoreClients): (descriptor: StoreDescriptor) => Store {
  return (descriptor) => {
    switch (descriptor.kind) {
      case 's3-prefix':
        return createS3PrefixStore(clients.s3, descriptor);
      case 'dynamodb-partition':
        return createDynamodbPartitionStore(clients.dynamodb, descriptor);
    }
  };
}
