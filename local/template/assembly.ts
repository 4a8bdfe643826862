import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z
        .object({
          templateFile: z.string().optional(),
          stackName: z.string().optional(),
          directoryName: z.string().optional(),
          file: z.string().optional(),
        })
        .optional(),
    }),
  ),
});

const assetsSchema = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

/** One stack of a synthesised CDK assembly, with the files that `cdk deploy` would upload for it. */
export interface AssemblyStack {
  readonly stackName: string;
  readonly templateFile: string;
  /** Object key in the bootstrap bucket -> absolute path of the directory or file it is made of. */
  readonly assets: ReadonlyMap<string, string>;
}

/**
 * Finds a stack by its name in the assembly that `cdk synth` wrote, stages included.
 * @param stackName may be left out when there is only one
 * @throws Error naming the stacks there are
 */
export function findStack(assemblyDirectory: string, stackName?: string): AssemblyStack {
  const stacks = readStacks(path.resolve(assemblyDirectory));
  const matching = stackName ? stacks.filter((stack) => stack.stackName === stackName) : stacks;
  const [stack] = matching;
  if (!stack || matching.length > 1) {
    const names = stacks.map((candidate) => candidate.stackName).join(', ');
    throw new Error(`${stackName ?? 'which stack?'}: ${assemblyDirectory} has ${names || 'none'}`);
  }
  return stack;
}

function readStacks(directory: string): AssemblyStack[] {
  const { artifacts } = manifestSchema.parse(readJson(path.join(directory, 'manifest.json')));
  const assets = new Map<string, string>();
  for (const { type, properties } of Object.values(artifacts)) {
    if (type === 'cdk:asset-manifest' && properties?.file) {
      for (const [key, source] of readAssets(directory, properties.file)) assets.set(key, source);
    }
  }
  return Object.entries(artifacts).flatMap(([id, { type, properties }]) => {
    if (type === 'cdk:cloud-assembly' && properties?.directoryName) {
      return readStacks(path.join(directory, properties.directoryName));
    }
    if (type !== 'aws:cloudformation:stack' || !properties?.templateFile) return [];
    const templateFile = path.join(directory, properties.templateFile);
    return [{ stackName: properties.stackName ?? id, templateFile, assets }];
  });
}

function readAssets(directory: string, file: string): [key: string, source: string][] {
  const { files } = assetsSchema.parse(readJson(path.join(directory, file)));
  return Object.values(files).flatMap(({ source, destinations }) =>
    source.path === undefined
      ? []
      : Object.values(destinations).map((destination): [string, string] => [
          destination.objectKey,
          path.resolve(directory, source.path ?? ''),
        ]),
  );
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
