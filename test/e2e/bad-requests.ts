import { GOOD_BODIES } from '../lambdas/api/bad-bodies.ts';

/** Every route of the API, each with a request that is well-formed. */
export const ROUTES = [
  { method: 'POST', path: '/planes', body: GOOD_BODIES.createPlane },
  { method: 'GET', path: '/planes', body: undefined },
  { method: 'GET', path: '/planes/{planeId}', body: undefined },
  { method: 'POST', path: '/planes/{planeId}/offboarding', body: GOOD_BODIES.startOffboarding },
  { method: 'GET', path: '/planes/{planeId}/offboarding', body: undefined },
  { method: 'DELETE', path: '/planes/{planeId}/offboarding', body: undefined },
  { method: 'GET', path: '/planes/{planeId}/approval', body: undefined },
  { method: 'POST', path: '/planes/{planeId}/approval', body: GOOD_BODIES.decideApproval },
  { method: 'GET', path: '/planes/{planeId}/ledger', body: undefined },
  { method: 'GET', path: '/planes/{planeId}/certificate', body: undefined },
  { method: 'PUT', path: '/planes/{planeId}/leases/run-1', body: GOOD_BODIES.putLease },
  { method: 'DELETE', path: '/planes/{planeId}/leases/run-1', body: undefined },
  { method: 'PUT', path: '/planes/{planeId}/dependents/bot', body: GOOD_BODIES.putDependent },
  { method: 'DELETE', path: '/planes/{planeId}/dependents/bot', body: undefined },
  { method: 'PUT', path: '/planes/{planeId}/hold', body: GOOD_BODIES.hold },
  { method: 'GET', path: '/planes/{planeId}/hold', body: undefined },
  { method: 'DELETE', path: '/planes/{planeId}/hold', body: GOOD_BODIES.hold },
] as const;

const UNKNOWN = 'kp_01JD0000000000000000000009';

export const BAD_PLANE_IDS = [
  ['well-formed', UNKNOWN],
  ['in lower case', UNKNOWN.toLowerCase()],
  ['with more behind it', `${UNKNOWN}0`],
  ['with a line break behind it', `${UNKNOWN}%0A`],
  ['of another kind', UNKNOWN.replace('kp_', 'off_')],
  ['garbage', 'x'],
  ['a space', '%20'],
  ['a null byte', '%00'],
  ['a slash', 'kp_%2F'],
  ['a way out', '..'],
  ['an encoded way out', '%2e%2e%2fplanes'],
  ['not even encoded', '%zz'],
  ['Unicode', '%F0%9F%97%91'],
  ['half a character', '%F0%9F'],
  ['a prototype', '__proto__'],
  ['very long', `kp_${'0'.repeat(8000)}`],
] as const;

export const BAD_LEASE_IDS = [
  'a%2Fb',
  'a%5Cb',
  'a%20b',
  '%C3%BC',
  '%00',
  '%0A',
  '.',
  '..',
  '%2e%2e',
  '-a',
  '_a',
  'a%23b',
  'lease#a'.replace('#', '%23'),
  'x'.repeat(129),
] as const;

export const GARBLED_SIGNATURES = [
  'Basic b3BlcmF0b3I6bG9jYWw=',
  'Bearer x',
  'AWS4-HMAC-SHA256',
  'AWS4-HMAC-SHA256 Credential=',
  'AWS4-HMAC-SHA256 Credential=operator',
  'AWS4-HMAC-SHA256 Credential=/20261122/us-east-1/execute-api/aws4_request',
  'AWS4-HMAC-SHA256 Credential=operator/20261122/us-east-1/execute-api/aws4_requests',
  'AWS4-HMAC-SHA256 Credential=operator/20261122/us-east-1/s3/aws4_request, Signature=0',
  'aws4-hmac-sha256 Credential=operator/20261122/us-east-1/execute-api/aws4_request',
  ', , ,',
] as const;
