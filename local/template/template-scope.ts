import { z } from 'zod';
import {
  evaluateCondition,
  type IntrinsicScope,
  NO_VALUE,
  resolveIntrinsics,
} from './intrinsics.ts';
import { generatedName, identityDigits, type ResourceIdentity } from './resource-identity.ts';
import { pseudoParameters, resourceType } from './resource-types.ts';

/** The sections of a CloudFormation template that matter here. */
export const templateSchema = z.object({
  Parameters: z
    .record(z.string(), z.object({ Type: z.string(), Default: z.unknown().optional() }))
    .default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Mappings: z
    .record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown())))
    .default({}),
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Condition: z.string().optional(),
      Properties: z.record(z.string(), z.unknown()).default({}),
      Metadata: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
  Outputs: z
    .record(z.string(), z.object({ Value: z.unknown(), Condition: z.string().optional() }))
    .default({}),
});
export type RawTemplate = z.infer<typeof templateSchema>;
export type RawResource = RawTemplate['Resources'][string];

/** Answers intrinsic functions from one template. */
export interface TemplateScope extends IntrinsicScope {
  identity(logicalId: string): ResourceIdentity;
}

export function templateScope(raw: RawTemplate, stackName: string): TemplateScope {
  const pseudo = pseudoParameters(stackName);
  const identities = new Map<string, ResourceIdentity>();

  const resourceOf = (logicalId: string): RawResource => {
    const resource = raw.Resources[logicalId];
    if (!resource) throw new Error(`nothing is called ${logicalId}`);
    return resource;
  };

  const scope: TemplateScope = {
    ref(logicalName) {
      if (logicalName === 'AWS::NoValue') return NO_VALUE;
      const value = pseudo[logicalName];
      if (value !== undefined) return value;
      const parameter = raw.Parameters[logicalName];
      if (parameter) return parameterValue(logicalName, parameter);
      return resourceType(resourceOf(logicalName).Type).ref(scope.identity(logicalName));
    },
    getAtt(logicalId, attribute) {
      const { Type } = resourceOf(logicalId);
      const read = resourceType(Type).attributes[attribute];
      if (!read) throw new Error(`${Type} has no attribute ${attribute} here`);
      return read(scope.identity(logicalId));
    },
    condition(name) {
      if (!(name in raw.Conditions)) throw new Error(`no condition is called ${name}`);
      return evaluateCondition(raw.Conditions[name], scope);
    },
    findInMap(map, first, second) {
      const value = raw.Mappings[map]?.[first]?.[second];
      if (value === undefined) throw new Error(`no mapping ${map}.${first}.${second}`);
      return value;
    },
    identity(logicalId) {
      const known = identities.get(logicalId);
      if (known) return known;
      const identity = identify(logicalId, resourceOf(logicalId), stackName, scope);
      identities.set(logicalId, identity);
      return identity;
    },
  };
  return scope;
}

function identify(
  logicalId: string,
  resource: RawResource,
  stackName: string,
  scope: IntrinsicScope,
): ResourceIdentity {
  const { nameProperty, maxNameLength = 255, lowerCaseName } = resourceType(resource.Type);
  const given = nameProperty === undefined ? undefined : resource.Properties[nameProperty];
  const named = given === undefined ? NO_VALUE : resolveIntrinsics(given, scope);
  const generated = generatedName(stackName, logicalId, maxNameLength);
  return {
    logicalId,
    name: typeof named === 'string' ? named : lowerCaseName ? generated.toLowerCase() : generated,
    digits: identityDigits(stackName, logicalId),
    property(name) {
      const value = resolveIntrinsics(resource.Properties[name], scope);
      if (typeof value !== 'string') throw new Error(`${logicalId} has no ${name}`);
      return value;
    },
  };
}

function parameterValue(name: string, parameter: RawTemplate['Parameters'][string]): unknown {
  if (parameter.Type.startsWith('AWS::SSM::Parameter')) {
    throw new Error(`parameter ${name} has its value in Parameter Store, which is not here`);
  }
  if (parameter.Default === undefined) throw new Error(`parameter ${name} has no default`);
  return parameter.Type === 'CommaDelimitedList'
    ? String(parameter.Default).split(',')
    : parameter.Default;
}
