import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Execution, Executions } from '../api/ports.ts';
import { canonicalJson } from '../core/canonical.ts';

/** Executions of one Standard state machine. */
export function executions(client: SFNClient, stateMachineArn: string): Executions {
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
  const prefix = stateMachineArn.replace(':stateMachine:', ':execution:');
  return {
    arnOf: (name) => `${prefix}:${name}`,

    async start(name, input) {
      try {
        // Canonical, because only a start with the very same bytes counts as the same start.
        await client.send(
          new StartExecutionCommand({ stateMachineArn, name, input: canonicalJson(input) }),
        );
        return 'started';
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return 'name-taken';
        throw error;
      }
    },

    async describe(executionArn) {
      try {
        const { status, error } = await client.send(new DescribeExecutionCommand({ executionArn }));
        return { status: statusOf(status), ...(error !== undefined && { error }) };
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw error;
      }
    },

    async stop(executionArn, cause) {
      try {
        await client.send(
          new StopExecutionCommand({ executionArn, error: 'OFFBOARDING_CANCELLED', cause }),
        );
      } catch (error) {
        if (!(error instanceof ExecutionDoesNotExist)) throw error;
      }
    },
  };
}

function statusOf(status: string | undefined): Execution['status'] {
  switch (status) {
    case 'SUCCEEDED':
    case 'FAILED':
    case 'TIMED_OUT':
    case 'ABORTED':
      return status;
    default:
      return 'RUNNING'; // and PENDING_REDRIVE, which is about to run again
  }
}
