import Ajv from 'ajv-draft-04';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decideApprovalSchema } from '../../../lambdas/api/bodies/approval-body.ts';
import { holdSchema } from '../../../lambdas/api/bodies/hold-body.ts';
import { startOffboardingSchema } from '../../../lambdas/api/bodies/offboarding-body.ts';
import { createPlaneSchema } from '../../../lambdas/api/bodies/plane-body.ts';
import { putDependentSchema, putLeaseSchema } from '../../../lambdas/api/bodies/usage-body.ts';
import { BAD_BODIES, GOOD_BODIES } from './bad-bodies.ts';

const SCHEMAS = {
  createPlane: createPlaneSchema,
  startOffboarding: startOffboardingSchema,
  decideApproval: decideApprovalSchema,
  putLease: putLeaseSchema,
  putDependent: putDependentSchema,
  hold: holdSchema,
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
