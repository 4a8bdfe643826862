import * as z from 'zod/mini';
import { ID_MAX_LENGTH, name } from './body-text.ts';

const LEASE_MAX_SECONDS = 86_400;

/** That somebody uses the plane right now, for so many seconds. */
export const putLeaseSchema = z.strictObject({
  kind: z.enum(['run', 'query']),
  ttlSeconds: z.int().check(z.minimum(1), z.maximum(LEASE_MAX_SECONDS)),
});

/** That something cannot do without the plane, until it says otherwise. */
export const putDependentSchema = z.strictObject({
  kind: name(ID_MAX_LENGTH),
});
