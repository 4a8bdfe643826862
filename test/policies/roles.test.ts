import { describe, expect, it } from 'vitest';
import { parseRoles, rolesOf } from '../../lambdas/policy-gate/roles.ts';

const ACCOUNT = 'arn:aws:iam::111122223333';
const MAPPING = {
  operator: [`${ACCOUNT}:role/Operator`],
  forcer: [],
  legal: [`${ACCOUNT}:user/legal/*`, 'identity-center-user/8c87b489ce35cf2e'],
  approver: ['permission-set/111122223333/Approver', `${ACCOUNT}:role/Operator`],
};
const PERSON = 'identity-center-user/8c87b489ce35cf2e';
const OTHER_PERSON = 'identity-center-user/0000000000000000';

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
    [
      'a person by another permission set, whose name begins the same',
      {
        identity: OTHER_PERSON,
        roleArn: `${ACCOUNT}:role/AWSReservedSSO_Approver_ReadOnly_0123456789abcdef`,
      },
      [],
    ],
    [
      'a permission set whose name is all but the end of a role',
      {
        identity: OTHER_PERSON,
        roleArn: `${ACCOUNT}:role/AWSReservedSSO_Approver_0123456789abcdef_fedcba9876543210`,
      },
      [],
    ],
    [
      'the permission set in another account',
      {
        identity: OTHER_PERSON,
        roleArn: 'arn:aws:iam::999999999999:role/AWSReservedSSO_Approver_0123456789abcdef',
      },
      [],
    ],
    [
      'a role that is called like a permission set, and is of none',
      { identity: `${ACCOUNT}:role/Approver`, roleArn: `${ACCOUNT}:role/Approver` },
      [],
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
