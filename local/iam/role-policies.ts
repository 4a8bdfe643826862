import { z } from 'zod';
import type { Template, TemplateResource } from '../template.ts';
import { awsManagedPolicy } from './managed-policies.ts';
import { parseIdentityPolicy, type Statement } from './policy.ts';

const roleSchema = z.object({
  Policies: z.array(z.object({ PolicyName: z.string(), PolicyDocument: z.unknown() })).default([]),
  ManagedPolicyArns: z.array(z.string()).default([]),
  PermissionsBoundary: z.undefined('permissions boundaries are not evaluated here').optional(),
});
const policySchema = z.object({
  PolicyDocument: z.unknown(),
  Roles: z.array(z.string()).default([]),
});

export interface TemplateRole {
  readonly arn: string;
  readonly logicalId: string;
  readonly statements: readonly Statement[];
}

/** Every role of the template with all that its policies say. Who may assume it is not asked here. */
export function readRoles(template: Template): readonly TemplateRole[] {
  const policies = template
    .ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy')
    .map((resource) => {
      const { PolicyDocument, Roles } = policySchema.parse(resource.properties);
      return {
        arn: resource.arn,
        roleNames: Roles,
        statements: parseIdentityPolicy(resource.logicalId, PolicyDocument),
      };
    });

  return template.ofType('AWS::IAM::Role').map((role) => {
    const { Policies, ManagedPolicyArns } = parseRole(role);
    const managed = ManagedPolicyArns.flatMap(
      (arn) => policies.find((policy) => policy.arn === arn)?.statements ?? awsManagedPolicy(arn),
    );
    const attached = policies
      .filter(({ roleNames }) => roleNames.includes(role.name))
      .flatMap(({ statements }) => statements);
    const inline = Policies.flatMap(({ PolicyName, PolicyDocument }) =>
      parseIdentityPolicy(PolicyName, PolicyDocument),
    );
    return {
      arn: role.arn ?? role.name,
      logicalId: role.logicalId,
      statements: [...inline, ...managed, ...attached],
    };
  });
}

function parseRole(role: TemplateResource): z.infer<typeof roleSchema> {
  const parsed = roleSchema.safeParse(role.properties);
  if (!parsed.success) throw new Error(`${role.logicalId}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
