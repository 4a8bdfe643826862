import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ulid } from 'ulid';
import { storeClaims } from '../adapters/claims-table.ts';
import { planeRegistry } from '../adapters/registry-table.ts';
import { requireEnv, requireListEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { apiLambda } from './http.ts';
import { planeRoutes } from './plane-routes.ts';

const dynamodb = new DynamoDBClient();
const routes = planeRoutes({
  registry: planeRegistry(dynamodb, requireEnv('REGISTRY_TABLE')),
  claims: storeClaims(dynamodb, requireEnv('CLAIMS_TABLE')),
  reach: {
    buckets: requireListEnv('PLANE_BUCKETS'),
    tables: requireListEnv('PLANE_TABLES'),
    functions: requireListEnv('PLANE_FUNCTIONS'),
  },
  newPlaneId: () => `kp_${ulid()}`,
});

export const handler = apiLambda(routes, { now: () => new Date(), log: eventLog() });
