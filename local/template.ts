import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { findStack } from './template/assembly.ts';
import { resolveIntrinsics } from './template/intrinsics.ts';
import { resourceType } from './template/resource-types.ts';
import {
  type RawResource,
  type TemplateScope,
  templateSchema,
  templateScope,
} from './template/template-scope.ts';

/** One resource of a stack as AWS would create it: every intrinsic resolved, every name given. */
export interface TemplateResource {
  readonly logicalId: string;
  readonly type: string;
  /** The construct's path, `Offboarding/Ledger/Table/Resource`; the logical id where the template does not say. */
  readonly path: string;
  /** The physical name. */
  readonly name: string;
  /** What `Ref` answers: the name for most types, an id or an ARN for some. */
  readonly ref: string;
  /** Undefined for types that have none. */
  readonly arn: string | undefined;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Why the embedded cloud leaves this resource out; undefined for a resource it provides. */
  readonly noEffect: string | undefined;
}

/** A stack as `cdk deploy` would send it, resolved for the local account and region. */
export interface Template {
  readonly stackName: string;
  /** By logical id, in the template's order. Resources whose condition is false are left out. */
  readonly resources: ReadonlyMap<string, TemplateResource>;
  readonly outputs: Readonly<Record<string, string>>;
  ofType(...types: readonly string[]): readonly TemplateResource[];
  /** The directory (or file) that `S3Key` of a Lambda's code was made of. @throws Error for a key of no asset */
  assetPath(s3Key: string): string;
}

/**
 * Reads a stack out of the directory that `cdk synth` wrote.
 * @param stackName may be left out when the assembly has only one stack
 * @throws Error naming an intrinsic function, a resource type or a parameter that has no answer here
 */
export function readTemplate(assemblyDirectory: string, stackName?: string): Template {
  const stack = findStack(assemblyDirectory, stackName);
  const raw = templateSchema.parse(JSON.parse(readFileSync(stack.templateFile, 'utf8')));
  return resolveTemplate(raw, stack.stackName, stack.assets);
}

/** The same for a template at hand. `assets` as in `AssemblyStack`. */
export function resolveTemplate(
  template: unknown,
  stackName: string,
  assets: ReadonlyMap<string, string> = new Map(),
): Template {
  const raw = templateSchema.parse(template);
  const scope = templateScope(raw, stackName);
  const isCreated = (item: { Condition?: string | undefined }): boolean =>
    item.Condition === undefined || scope.condition(item.Condition);

  const resources = new Map<string, TemplateResource>();
  for (const [logicalId, resource] of Object.entries(raw.Resources)) {
    if (!isCreated(resource)) continue;
    resources.set(logicalId, resolveResource(logicalId, resource, scope));
  }
  const outputs: Record<string, string> = {};
  for (const [name, output] of Object.entries(raw.Outputs)) {
    if (isCreated(output)) outputs[name] = String(resolveIntrinsics(output.Value, scope));
  }
  return {
    stackName,
    resources,
    outputs,
    ofType: (...types) => [...resources.values()].filter(({ type }) => types.includes(type)),
    assetPath(s3Key) {
      const source = assets.get(s3Key);
      if (source === undefined) throw new Error(`${stackName} has no asset ${s3Key}`);
      return source;
    },
  };
}

function resolveResource(
  logicalId: string,
  resource: RawResource,
  scope: TemplateScope,
): TemplateResource {
  try {
    const type = resourceType(resource.Type);
    const identity = scope.identity(logicalId);
    const resourcePath = resource.Metadata['aws:cdk:path'];
    return {
      logicalId,
      type: resource.Type,
      path: typeof resourcePath === 'string' ? resourcePath : logicalId,
      name: identity.name,
      ref: type.ref(identity),
      arn: (type.attributes.Arn ?? type.attributes.PolicyArn)?.(identity),
      properties: z
        .record(z.string(), z.unknown())
        .parse(resolveIntrinsics(resource.Properties, scope)),
      noEffect: type.noEffect,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${logicalId} (${resource.Type}): ${reason}`, { cause: error });
  }
}
