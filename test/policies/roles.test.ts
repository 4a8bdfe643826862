import { describe, expect, it } from 'vitest';
import { parseRoles, rolesOf } from '../../lambdas/policy-gate/roles.ts';

const ACCOUNT = 'arn:aws:iam::111122223333';
const MAPPING = {
  operator: [`${ACCOUNT}:role/Operator`],
  forcer: [],
  legal: [`${ACCOUNT}:user/legal/*`, 'identity-center-user/8c87b489ce35cf2e'],
  approver: [`${ACCOUNT}:role/AWSReservedSSO_Approver_*`, `${ACCOUNT}:role/Operator`],
};
const PERSON = 'identity-center-user/8c87b489ce35cf2e';

describe('the roles of a caller', () => {
  it.each([
    ['a role', { identity: `${ACCOUNT}:role/Operator` }, ['operator', 'approver']],
    ['a role with a longer name', { identity: `${ACCOUNT}:role/OperatorX` }, []],
    ['the role in another account', { identity: 'arn:aws:iam::999999999999:role/Operator' }, []],
    ['a user of a path', { identity: `${ACCOUNT}:user/legal/jane` }, ['legal']],
    ['a person by name', { identity: PERSON }, ['legal']],
    [
      'a person by name and by permission set',
      { identity: PERSON, roleArn: `${ACCOUNT}:role/AWSReservedSSO_Approver_0123456789abcdef` },
      ['legal', 'approver'],
    ],
    ['nobody who is known', { identity: `${ACCOUNT}:root` }, []],
  ])('%s', (_, caller, roles) => {
    expect(rolesOf(caller, MAPPING)).toEqual(roles);
  });

  it('come from the environment as JSON', () => {
    expect(parseRoles(JSON.stringify(MAPPING))).toEqual(MAPPING);
  });

  it.each(['', '{}', '{"operator":"*"}', JSON.stringify({ ...MAPPING, king: ['*'] })])(
    'are refused when they are not: %s',
    (json) => {
      expect(() => parseRoles(json)).toThrow();
    },
  );
});
