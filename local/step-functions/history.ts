import { LOCAL_REGION } from '../aws-service.ts';
import type { ExecutionEvent } from './execution.ts';

/** An event as GetExecutionHistory answers it. Times are seconds since the epoch, as on the wire. */
export function toHistoryEvent(event: ExecutionEvent): Record<string, unknown> {
  return {
    timestamp: event.at.getTime() / 1000,
    id: event.id,
    previousEventId: event.id - 1,
    ...detailsOf(event),
  };
}

function detailsOf(event: ExecutionEvent): Record<string, unknown> {
  switch (event.type) {
    case 'ExecutionStarted':
      return withDetails('ExecutionStarted', {
        input: JSON.stringify(event.input),
        roleArn: event.roleArn,
      });
    case 'ExecutionSucceeded':
      return withDetails('ExecutionSucceeded', { output: JSON.stringify(event.output) });
    case 'ExecutionFailed':
    case 'ExecutionTimedOut':
    case 'ExecutionAborted':
      return withDetails(event.type, { error: event.error, cause: event.cause });
    case 'StateEntered':
      return {
        type: `${event.stateType}StateEntered`,
        stateEnteredEventDetails: { name: event.stateName, input: JSON.stringify(event.input) },
      };
    case 'StateExited':
      return {
        type: `${event.stateType}StateExited`,
        stateExitedEventDetails: { name: event.stateName, output: JSON.stringify(event.output) },
      };
    case 'TaskScheduled':
      return withDetails('TaskScheduled', {
        ...resourceOf(event.resource),
        region: LOCAL_REGION,
        parameters: '{}',
      });
    case 'TaskSucceeded':
      return withDetails('TaskSucceeded', {
        ...resourceOf(event.resource),
        output: JSON.stringify(event.output),
      });
    case 'TaskFailed':
      return withDetails(event.error.endsWith('Timeout') ? 'TaskTimedOut' : 'TaskFailed', {
        ...resourceOf(event.resource),
        error: event.error,
        cause: event.cause,
      });
    case 'MapStateFailed':
    case 'ParallelStateFailed':
      return { type: event.type };
    case 'MapIterationStarted':
    case 'MapIterationSucceeded':
    case 'MapIterationFailed':
      return withDetails(event.type, { name: event.stateName, index: event.index });
  }
}

function withDetails(type: string, details: Record<string, unknown>): Record<string, unknown> {
  return { type, [`${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`]: details };
}

/** `arn:aws:states:::lambda:invoke` is the resource `invoke` of the type `lambda`. */
function resourceOf(arn: string): { resourceType: string; resource: string } {
  const [resource = arn, ...type] = (arn.split(':::')[1] ?? arn).split(':').reverse();
  return { resourceType: type.reverse().join(':') || 'lambda', resource };
}
