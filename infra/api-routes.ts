import type * as z from 'zod/mini';
import { decideApprovalSchema } from '../lambdas/api/bodies/approval-body.ts';
import { holdSchema } from '../lambdas/api/bodies/hold-body.ts';
import { startOffboardingSchema } from '../lambdas/api/bodies/offboarding-body.ts';
import { createPlaneSchema } from '../lambdas/api/bodies/plane-body.ts';
import { putDependentSchema, putLeaseSchema } from '../lambdas/api/bodies/usage-body.ts';

/** The functions behind the API, each for the routes that need the same permissions. */
export type ApiFunctionName =
  | 'api-planes'
  | 'api-offboarding'
  | 'api-approval'
  | 'api-evidence'
  | 'api-usage'
  | 'api-hold';

export interface ApiRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly function: ApiFunctionName;
  /** The request's body: the gateway's model is made of it. Named, because a model has a name. */
  readonly body?: { readonly model: string; readonly schema: z.ZodMiniType };
}

/** Every route of the API. */
export const API_ROUTES: readonly ApiRoute[] = [
  {
    method: 'POST',
    path: '/planes',
    function: 'api-planes',
    body: { model: 'CreatePlane', schema: createPlaneSchema },
  },
  { method: 'GET', path: '/planes', function: 'api-planes' },
  { method: 'GET', path: '/planes/{planeId}', function: 'api-planes' },

  {
    method: 'POST',
    path: '/planes/{planeId}/offboarding',
    function: 'api-offboarding',
    body: { model: 'StartOffboarding', schema: startOffboardingSchema },
  },
  { method: 'GET', path: '/planes/{planeId}/offboarding', function: 'api-offboarding' },
  { method: 'DELETE', path: '/planes/{planeId}/offboarding', function: 'api-offboarding' },

  { method: 'GET', path: '/planes/{planeId}/approval', function: 'api-approval' },
  {
    method: 'POST',
    path: '/planes/{planeId}/approval',
    function: 'api-approval',
    body: { model: 'DecideApproval', schema: decideApprovalSchema },
  },

  { method: 'GET', path: '/planes/{planeId}/ledger', function: 'api-evidence' },
  { method: 'GET', path: '/planes/{planeId}/certificate', function: 'api-evidence' },
  { method: 'GET', path: '/keys', function: 'api-evidence' },

  {
    method: 'PUT',
    path: '/planes/{planeId}/leases/{leaseId}',
    function: 'api-usage',
    body: { model: 'PutLease', schema: putLeaseSchema },
  },
  { method: 'DELETE', path: '/planes/{planeId}/leases/{leaseId}', function: 'api-usage' },
  {
    method: 'PUT',
    path: '/planes/{planeId}/dependents/{dependentId}',
    function: 'api-usage',
    body: { model: 'PutDependent', schema: putDependentSchema },
  },
  { method: 'DELETE', path: '/planes/{planeId}/dependents/{dependentId}', function: 'api-usage' },

  {
    method: 'PUT',
    path: '/planes/{planeId}/hold',
    function: 'api-hold',
    body: { model: 'PlaceHold', schema: holdSchema },
  },
  { method: 'GET', path: '/planes/{planeId}/hold', function: 'api-hold' },
  {
    method: 'DELETE',
    path: '/planes/{planeId}/hold',
    function: 'api-hold',
    // API Gateway hands a DELETE's body on like any other. Why a hold was released has to be on record.
    body: { model: 'ReleaseHold', schema: holdSchema },
  },
];
