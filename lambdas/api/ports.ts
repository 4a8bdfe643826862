import type { JWK } from 'jose';
import type { JsonObject } from '../core/ledger-entry.ts';

/** What the API needs of Step Functions. Reading an execution may lag behind starting it by seconds. */
export interface Executions {
  /** Known before the execution exists, so that it can be put on record first. */
  arnOf(name: string): string;
  /**
   * Starting again under the same name with the same input is fine while it runs.
   * @returns `name-taken` when the name belongs to an execution that has ended or was started with another input
   */
  start(name: string, input: JsonObject): Promise<'started' | 'name-taken'>;
  /** Undefined for an execution that does not exist, or not any more: AWS keeps the history for 90 days. */
  describe(executionArn: string): Promise<Execution | undefined>;
  /** An execution that has ended or never existed is fine. */
  stop(executionArn: string, reason: string): Promise<void>;
}

export interface Execution {
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** The name of the error that it failed with. */
  readonly error?: string;
}

export interface TaskCallback {
  /**
   * Hands the output to the task that waits under this token.
   * @returns `closed` when nothing waits any more: answered before, timed out, or its execution has ended
   */
  sendSuccess(taskToken: string, output: JsonObject): Promise<'sent' | 'closed'>;
  /** Lets some time pass in which a task may change its token for another. */
  pause(): Promise<void>;
}

/** `executed` when the purge is done, `final` when the last residual copy has run out. */
export type CertificatePhase = 'executed' | 'final';

export interface Certificates {
  /** A compact JWS. @throws when there is none, which the ledger says before anybody asks */
  read(planeId: string, phase: CertificatePhase): Promise<string>;
}

/** The public halves of the keys that sign the evidence, RFC 7517. */
export interface SigningKeys {
  read(): Promise<readonly JWK[]>;
}
