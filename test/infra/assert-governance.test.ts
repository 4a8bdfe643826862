import { describe, expect, it } from 'vitest';
import { assertGovernance } from '../../infra/assert-governance.ts';
import { ENVIRONMENTS } from '../../infra/config.ts';

const { dev, prod } = ENVIRONMENTS;

describe('what a deployment says about who decides', () => {
  it.each([dev, prod, { ...prod, force: 'never', roles: { ...prod.roles, forcer: [] } } as const])(
    'may be what it is',
    (config) => {
      expect(() => assertGovernance(config)).not.toThrow();
    },
  );

  it.each([
    [{ requiredApprovals: 0 }, 'requiredApprovals must be a whole number from 1 to 10'],
    [{ requiredApprovals: 1.5 }, 'requiredApprovals must be a whole number from 1 to 10'],
    [{ requiredApprovals: 11 }, 'requiredApprovals must be a whole number from 1 to 10'],
    [{ forceWindowHours: 0 }, 'forceWindowHours must be a whole number from 1 to 168'],
    [{ forceWindowHours: 169 }, 'forceWindowHours must be a whole number from 1 to 168'],
    [{ roles: { ...prod.roles, approver: [] } }, 'roles.approver must name somebody'],
    [{ roles: { ...prod.roles, forcer: [] } }, 'roles.forcer must name somebody'],
    [{ roles: { ...prod.roles, legal: [' '] } }, 'roles.legal has an empty pattern'],
    [
      { roles: { ...prod.roles, approver: ['role/AWSReservedSSO_Approver_*'] } },
      'roles.approver has "role/AWSReservedSSO_Approver_*", which other permission sets may match: say permission-set/<its name>',
    ],
  ])('must make sense: %j', (changes, message) => {
    expect(() => assertGovernance({ ...prod, ...changes })).toThrow(message);
  });
});
