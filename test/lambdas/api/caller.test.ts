import { describe, expect, it } from 'vitest';
import { recogniseCaller } from '../../../lambdas/api/caller.ts';

const SSO_ROLE = 'AWSReservedSSO_Operators_0123456789abcdef';

describe('the identity of a caller', () => {
  it.each([
    ['an IAM user', 'arn:aws:iam::111122223333:user/jane', 'arn:aws:iam::111122223333:user/jane'],
    [
      'an IAM user with a path',
      'arn:aws:iam::111122223333:user/ops/eu/jane',
      'arn:aws:iam::111122223333:user/ops/eu/jane',
    ],
    [
      'a role, whatever its session is called',
      'arn:aws:sts::111122223333:assumed-role/Operators/monday',
      'arn:aws:iam::111122223333:role/Operators',
    ],
    [
      'a role of another partition',
      'arn:aws-us-gov:sts::111122223333:assumed-role/Operators/monday',
      'arn:aws-us-gov:iam::111122223333:role/Operators',
    ],
    [
      'a role that only looks like one of Identity Center',
      'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operators/jane@example.com',
      'arn:aws:iam::111122223333:role/AWSReservedSSO_Operators',
    ],
    ['the root', 'arn:aws:iam::111122223333:root', 'arn:aws:iam::111122223333:root'],
    [
      // printf %s jane@example.com | sha256sum | cut -c1-16
      'a person of Identity Center',
      `arn:aws:sts::111122223333:assumed-role/${SSO_ROLE}/jane@example.com`,
      'identity-center-user/8c87b489ce35cf2e',
    ],
    [
      'the same person with another permission set',
      'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Officers_fedcba9876543210/jane@example.com',
      'identity-center-user/8c87b489ce35cf2e',
    ],
    [
      'the same person, however the name is written',
      `arn:aws:sts::111122223333:assumed-role/${SSO_ROLE}/Jane@Example.com`,
      'identity-center-user/8c87b489ce35cf2e',
    ],
  ])('%s', (_, userArn, identity) => {
    expect(recogniseCaller(userArn).identity).toBe(identity);
  });

  it.each([
    ['a federated user', 'arn:aws:sts::111122223333:federated-user/jane'],
    ['nobody', null],
    ['an absent one', undefined],
    ['an empty one', ''],
    ['no ARN', 'jane'],
    ['a user behind a line break', 'x\narn:aws:iam::111122223333:user/jane'],
    ['a session without a name', 'arn:aws:sts::111122223333:assumed-role/Operators/'],
    ['a session with a slash in it', 'arn:aws:sts::111122223333:assumed-role/Operators/a/b'],
  ])('refuses %s', (_, userArn) => {
    expect(() => recogniseCaller(userArn)).toThrow(
      expect.objectContaining({ name: 'CALLER_NOT_RECOGNISED' }),
    );
  });

  it.each([
    [
      'the session of a role',
      'arn:aws:sts::111122223333:assumed-role/Operators/monday',
      'arn:aws:iam::111122223333:role/Operators',
    ],
    [
      'a person of Identity Center',
      `arn:aws:sts::111122223333:assumed-role/${SSO_ROLE}/jane@example.com`,
      `arn:aws:iam::111122223333:role/${SSO_ROLE}`,
    ],
    ['an IAM user', 'arn:aws:iam::111122223333:user/jane', undefined],
    ['the root', 'arn:aws:iam::111122223333:root', undefined],
  ])('tells by which role to know %s', (_, userArn, roleArn) => {
    expect(recogniseCaller(userArn).roleArn).toBe(roleArn);
  });
});
