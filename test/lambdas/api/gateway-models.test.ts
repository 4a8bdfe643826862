import Ajv from 'ajv-draft-04';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as schemas from '../../../lambdas/api/schemas.ts';
import { BAD_BODIES, GOOD_BODIES } from './bad-bodies.ts';

const SCHEMAS = {
  createPlane: schemas.createPlaneSchema,
  startOffboarding: schemas.startOffboardingSchema,
  decideApproval: schemas.decideApprovalSchema,
  putLease: schemas.putLeaseSchema,
  putDependent: schemas.putDependentSchema,
  hold: schemas.holdSchema,
} as const;

describe('the JSON Schema of a request', () => {
  const ajv = new Ajv.default();
  const names = Object.keys(SCHEMAS) as (keyof typeof SCHEMAS)[];

  it.each(names)('%s takes what the Lambda takes', (name) => {
    const validate = ajv.compile(z.toJSONSchema(SCHEMAS[name], { target: 'draft-4' }));
    expect(validate(GOOD_BODIES[name]), JSON.stringify(validate.errors)).toBe(true);
    expect(SCHEMAS[name].safeParse(GOOD_BODIES[name]).success).toBe(true);
  });

  it.each(names)('%s refuses nothing that the Lambda takes', (name) => {
    const validate = ajv.compile(z.toJSONSchema(SCHEMAS[name], { target: 'draft-4' }));
    for (const [what, body] of BAD_BODIES[name]) {
      if (typeof body === 'string' || validate(body)) continue;
      expect(SCHEMAS[name].safeParse(body).success, what).toBe(false);
    }
  });
});
