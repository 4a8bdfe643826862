import * as z from 'zod/mini';
import { accessPointSchema, storeSchema } from '../../core/descriptor-schemas.ts';
import { type AccessPointDescriptor, PLANE_TYPES, type StoreDescriptor } from '../../core/plane.ts';
import { ID_MAX_LENGTH, name } from './body-text.ts';

const NAME_MAX_LENGTH = 200;
const STORES_MAX = 20;
const ACCESS_POINTS_MAX = 20;

type Descriptor = StoreDescriptor | AccessPointDescriptor;

/** Descriptors are compared by their bytes, here and in the claims, so each string must have exactly one UTF-8 form. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  return typeof value !== 'object' || value === null || Object.values(value).every(isWellFormed);
}

/** What is counted, copied or removed twice when two descriptors of one plane name the same place. */
function overlaps(one: Descriptor, other: Descriptor): boolean {
  if (one.kind === 's3-prefix')
    return (
      other.kind === 's3-prefix' &&
      one.bucket === other.bucket &&
      (one.prefix.startsWith(other.prefix) || other.prefix.startsWith(one.prefix))
    );
  if (one.kind === 'query-endpoint')
    return other.kind === 'query-endpoint' && one.functionName === other.functionName;
  return (
    'table' in other &&
    one.table === other.table &&
    one.partitionKey.value === other.partitionKey.value
  );
}

const wellFormed = z.refine(isWellFormed, 'must be well-formed Unicode');

/** A plane to be registered, with every place that holds its data and every way to reach it. */
export const createPlaneSchema = z
  .strictObject({
    tenantId: name(ID_MAX_LENGTH),
    name: name(NAME_MAX_LENGTH),
    type: z.enum(PLANE_TYPES),
    stores: z.array(storeSchema.check(wellFormed)).check(z.minLength(1), z.maxLength(STORES_MAX)),
    access: z.array(accessPointSchema.check(wellFormed)).check(z.maxLength(ACCESS_POINTS_MAX)),
  })
  .check(
    z.superRefine(({ stores, access }, context) => {
      const places = [
        ...stores.map((descriptor, index) => ({ path: ['stores', index], descriptor })),
        ...access.map((descriptor, index) => ({ path: ['access', index], descriptor })),
      ];
      for (const [index, { path, descriptor }] of places.entries())
        if (places.slice(0, index).some((earlier) => overlaps(earlier.descriptor, descriptor)))
          context.addIssue({ code: 'custom', path, message: 'overlaps an earlier one' });
    }),
  );

export type CreatePlaneBody = z.infer<typeof createPlaneSchema>;
