import type { AccessPointDescriptor, StoreDescriptor } from '../core/plane.ts';
import { matchesPattern } from '../core/wildcard.ts';
import type { CreatePlaneBody } from './bodies/plane-body.ts';
import { type FieldError, refuseFields } from './problem.ts';

/** Which of the account's resources the stage Lambdas may touch, as names or `*` patterns. */
export interface PlaneReach {
  readonly buckets: readonly string[];
  readonly tables: readonly string[];
  readonly functions: readonly string[];
}

/**
 * A plane outside the reach would halt at its deactivation or archive: better to refuse it now.
 * @throws OffboardingError `STORE_OUT_OF_REACH` naming each field and the patterns it has to match
 */
export function assertWithinReach({ stores, access }: CreatePlaneBody, reach: PlaneReach): void {
  const errors = [
    ...stores.flatMap((descriptor, index) => outOfReach(descriptor, `stores[${index}]`, reach)),
    ...access.flatMap((descriptor, index) => outOfReach(descriptor, `access[${index}]`, reach)),
  ];
  if (errors.length > 0) throw refuseFields('STORE_OUT_OF_REACH', errors);
}

function outOfReach(
  descriptor: StoreDescriptor | AccessPointDescriptor,
  place: string,
  reach: PlaneReach,
): readonly FieldError[] {
  const [key, name, patterns] = resourceOf(descriptor, reach);
  if (patterns.some((pattern) => matchesPattern(name, pattern))) return [];
  return [{ field: `${place}.${key}`, message: `must match one of ${patterns.join(', ')}` }];
}

function resourceOf(
  descriptor: StoreDescriptor | AccessPointDescriptor,
  reach: PlaneReach,
): readonly [key: string, name: string, patterns: readonly string[]] {
  switch (descriptor.kind) {
    case 's3-prefix':
      return ['bucket', descriptor.bucket, reach.buckets];
    case 'dynamodb-partition':
    case 'token-partition':
      return ['table', descriptor.table, reach.tables];
    case 'query-endpoint':
      return ['functionName', descriptor.functionName, reach.functions];
  }
}
