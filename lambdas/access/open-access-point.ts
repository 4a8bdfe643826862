import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AccessPointDescriptor } from '../core/plane.ts';
import type { AccessPoint } from './access-point.ts';
import { type QueryEndpointPorts, queryEndpoint } from './query-endpoint.ts';
import { tokenPartition } from './token-partition.ts';

export interface AccessPointClients extends QueryEndpointPorts {
  readonly dynamodb: DynamoDBClient;
}

/** The access point that a descriptor names, of whatever kind it is. */
export function accessPointFor(clients: AccessPointClients) {
  return (descriptor: AccessPointDescriptor): AccessPoint => {
    switch (descriptor.kind) {
      case 'query-endpoint':
        return queryEndpoint(clients, descriptor);
      case 'token-partition':
        return tokenPartition(clients.dynamodb, descriptor);
    }
  };
}
