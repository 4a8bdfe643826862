import { LOCAL_ACCOUNT, LOCAL_REGION } from '../aws-service.ts';

const PREFIX = `arn:aws:states:${LOCAL_REGION}:${LOCAL_ACCOUNT}`;

export function stateMachineArn(name: string): string {
  return `${PREFIX}:stateMachine:${name}`;
}

export function executionArn(stateMachineName: string, name: string): string {
  return `${PREFIX}:execution:${stateMachineName}:${name}`;
}

export function mapRunArn(stateMachineName: string, label: string, mapRunId: string): string {
  return `${PREFIX}:mapRun:${stateMachineName}/${label}:${mapRunId}`;
}

/** An execution of one item of a distributed map. */
export function childExecutionArn(stateMachineName: string, label: string, name: string): string {
  return `${PREFIX}:execution:${stateMachineName}/${label}:${name}`;
}
