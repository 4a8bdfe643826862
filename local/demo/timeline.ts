import type { ExecutionEvent } from '../step-functions/execution.ts';
import type { Reporter } from './reporter.ts';

/** Stages take their time: they are shown when they start, and again with what they counted when they end. */
const STAGES = new Set([
  'Deregister',
  'Verify deactivation is safe',
  'Deactivate',
  'Plan archive',
  'Pack shards',
  'Seal archive',
  'Evict hot data',
  'Purge',
  'Issue certificate',
]);

/** States in which an execution stays for long. */
const WAITS = new Set(['Wait out the grace period', 'Request purge approval']);

const OUTCOMES: Readonly<Record<string, string>> = {
  ExecutionSucceeded: 'execution succeeded',
  ExecutionFailed: 'execution failed',
  ExecutionTimedOut: 'execution timed out',
  ExecutionAborted: 'execution stopped',
};

export interface Timeline {
  /** Gives a plane the name under which its events are shown. */
  introduce(planeId: string, name: string): void;
  onEvent(event: ExecutionEvent): void;
}

/** Tells what happens in the state machine while it happens, at the cloud's time. */
export function timeline(report: Reporter): Timeline {
  const names = new Map<string, string>();
  const planes = new Map<string, string>();
  const counted = new Map<string, string>();

  return {
    introduce: (planeId, name) => names.set(planeId, name),
    onEvent(event) {
      if (event.type === 'ExecutionStarted') {
        const planeId = planeIdIn(event.input);
        // Children of a distributed map have executions of their own; their parent's lines speak for them.
        if (planeId && !event.executionArn.includes('/')) planes.set(event.executionArn, planeId);
      }
      const planeId = planes.get(event.executionArn);
      if (planeId === undefined) return;
      const text = describe(event, counted);
      if (text !== undefined) report.event(event.at, names.get(planeId) ?? planeId, text);
    },
  };
}

function describe(event: ExecutionEvent, counted: Map<string, string>): string | undefined {
  switch (event.type) {
    case 'StateEntered':
      if (STAGES.has(event.stateName)) return `${event.stateName} …`;
      return WAITS.has(event.stateName) ? event.stateName : undefined;
    case 'TaskSucceeded':
      counted.set(event.executionArn, messageIn(event.output));
      return undefined;
    case 'MapIterationSucceeded': {
      const before = Number.parseInt(counted.get(event.executionArn) ?? '0', 10);
      counted.set(event.executionArn, `${before + 1} shard(s) packed`);
      return undefined;
    }
    case 'StateExited': {
      const message = counted.get(event.executionArn);
      counted.delete(event.executionArn);
      if (STAGES.has(event.stateName)) return `${event.stateName}: ${message ?? 'done'}`;
      return event.stateName.startsWith('Record ') ? event.stateName : undefined;
    }
    default:
      return OUTCOMES[event.type];
  }
}

/** The sentence a stage reports with. */
function messageIn(output: unknown): string {
  const { Payload } = Object(output);
  const { message } = Object(Payload);
  return typeof message === 'string' ? message : 'done';
}

function planeIdIn(input: unknown): string | undefined {
  const { planeId, request } = Object(input);
  return typeof planeId === 'string' && request ? planeId : undefined;
}
