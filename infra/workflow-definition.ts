import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly BackoffRate: number;
  readonly MaxAttempts: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: string;
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly ResultPath: string | null;
  readonly Next: string;
}

export interface ChoiceRule {
  readonly Variable?: string;
  readonly StringEquals?: string;
  readonly BooleanEquals?: boolean;
  readonly NumericEquals?: number;
  readonly IsPresent?: boolean;
  readonly And?: readonly ChoiceRule[];
  readonly Next?: string;
}

/** A state as it stands in the definition; the fields that this project's workflow uses. */
export interface WorkflowState {
  readonly Type: 'Task' | 'Pass' | 'Choice' | 'Wait' | 'Succeed' | 'Fail' | 'Map';
  readonly Next?: string;
  readonly End?: boolean;
  readonly Resource?: string;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly ResultPath?: string | null;
  readonly Result?: unknown;
  readonly TimeoutSeconds?: number;
  readonly TimeoutSecondsPath?: string;
  readonly TimestampPath?: string;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  readonly Choices?: readonly ChoiceRule[];
  readonly Default?: string;
  readonly ItemProcessor?: WorkflowDefinition;
  readonly ErrorPath?: string;
  readonly CausePath?: string;
}

export interface WorkflowDefinition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, WorkflowState>>;
  readonly TimeoutSeconds?: number;
  readonly TimeoutSecondsPath?: string;
}

interface Template {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>
  >;
}

/** The state machine's definition out of a synthesised stack, with `${LogicalId}` where CloudFormation puts a name or an ARN. */
export function readWorkflowDefinition(
  assemblyDirectory: string,
  stackName: string,
): WorkflowDefinition {
  const file = join(assemblyDirectory, `${stackName}.template.json`);
  const template: Template = JSON.parse(readFileSync(file, 'utf8'));
  const stateMachine = Object.values(template.Resources).find(
    ({ Type }) => Type === 'AWS::StepFunctions::StateMachine',
  );
  if (!stateMachine) throw new Error(`${stackName} has no state machine`);
  return JSON.parse(textOf(stateMachine.Properties.DefinitionString));
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) throw new Error('no definition string');
  if ('Fn::Join' in value) {
    const [separator, parts] = value['Fn::Join'] as [string, unknown[]];
    return parts.map(textOf).join(separator);
  }
  if ('Fn::GetAtt' in value) return `\${${(value['Fn::GetAtt'] as string[])[0]}}`;
  if ('Ref' in value) return `\${${value.Ref}}`;
  throw new Error(`cannot read ${JSON.stringify(value)} in a definition string`);
}
