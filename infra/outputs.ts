import { CfnOutput } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface Output {
  readonly value: string;
  readonly description: string;
}

/**
 * Puts values out of the stack under exactly these names, which the documents use, and not under the CDK's, which have a path
 * before them and a hash behind. So a stack has each name once.
 */
export function putOut(scope: Construct, outputs: Readonly<Record<string, Output>>): void {
  for (const [name, output] of Object.entries(outputs))
    new CfnOutput(scope, name, output).overrideLogicalId(name);
}
