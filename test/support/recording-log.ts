import type { EventLog, LogEvent, LogFields } from '../../lambdas/event-log.ts';

export interface LogLine extends LogFields {
  readonly level: 'info' | 'warn' | 'error';
  readonly event: LogEvent;
}

export interface RecordingLog extends EventLog {
  readonly lines: LogLine[];
}

/** Keeps every line with the keys bound to it. */
export function recordingLog(lines: LogLine[] = [], keys: LogFields = {}): RecordingLog {
  const write = (level: LogLine['level']) => (event: LogEvent, fields?: LogFields) => {
    lines.push({ ...keys, ...fields, level, event });
  };
  return {
    lines,
    bind: (more) => recordingLog(lines, { ...keys, ...more }),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}
