import { Logger } from '@aws-lambda-powertools/logger';

/** The fixed vocabulary of the log's `message` field; everything that varies is a field beside it. */
export type LogEvent =
  | 'stage started'
  | 'stage succeeded'
  | 'stage skipped'
  | 'stage pending'
  | 'stage refused'
  | 'stage crashed'
  | 'plane located'
  | 'entry recorded'
  | 'entry already recorded'
  | 'ledger race lost'
  | 'gate decided'
  | 'gate decides again'
  | 'approval requested'
  | 'checkpoint written'
  | 'checkpoint failed'
  | 'approval reminded'
  | 'approval awaited'
  | 'events published'
  | 'event not taken'
  | 'ledger rewritten'
  | 'call refused'
  | 'call crashed'
  | 'request answered'
  | 'request refused'
  | 'request crashed';

export type LogFields = Readonly<Record<string, unknown>>;

/** One JSON line per event. */
export interface EventLog {
  /** A log whose every line carries these correlation ids too. */
  bind(keys: Readonly<Record<string, string>>): EventLog;
  info(event: LogEvent, fields?: LogFields): void;
  /** A refusal or failure this product raised on purpose. */
  warn(event: LogEvent, fields?: LogFields): void;
  /** Something nobody expected. */
  error(event: LogEvent, fields?: LogFields): void;
}

/** The log of a Lambda: JSON lines on standard output, which Lambda sends to CloudWatch. */
export function eventLog(logger: Logger = new Logger({ serviceName: 'offboarding' })): EventLog {
  return {
    bind: (keys) => eventLog(logger.createChild({ persistentKeys: keys })),
    info: (event, fields = {}) => logger.info(event, fields),
    warn: (event, fields = {}) => logger.warn(event, fields),
    error: (event, fields = {}) => logger.error(event, fields),
  };
}
