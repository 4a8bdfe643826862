import type { StageErrorCode } from './core/errors.ts';
import type { JsonObject } from './core/ledger-entry.ts';
import type { LedgerState } from './core/ledger-state.ts';
import type { LifecycleState, StageName } from './core/lifecycle.ts';
import type { OffboardingRequest, PlaneRecord } from './core/plane.ts';

/** What the state machine hands to every stage Lambda. `input` is the step's own part, if it has one. */
export interface StageEvent {
  readonly planeId: string;
  readonly offboardingId: string;
  readonly request: OffboardingRequest;
  readonly input?: JsonObject;
}

/** What a handler may know. It reads the world through its ports and reports; it records and decides nothing. */
export interface StageContext {
  readonly planeId: string;
  readonly offboardingId: string;
  readonly request: OffboardingRequest;
  readonly input: JsonObject;
  readonly plane: PlaneRecord;
  readonly ledger: LedgerState;
  /** Time at the start of the invocation; every stamp of one result is this one. */
  readonly now: Date;
  /** Milliseconds before Lambda ends this invocation. A long stage returns `pending` well before 0. */
  readonly remainingMs: () => number;
}

export type StageResult<Data extends object = JsonObject> =
  | { readonly status: 'success'; readonly message: string; readonly data: Data }
  /** Progress was made and stored; call again. */
  | { readonly status: 'pending'; readonly message: string }
  /** Nothing to do: an earlier run did it. `data` is what that run found. */
  | { readonly status: 'skipped'; readonly message: string; readonly data: Data }
  | {
      readonly status: 'failure';
      /** One sentence: counts and ids, never a document name. It ends in the ledger. */
      readonly message: string;
      readonly errorCode: StageErrorCode;
      /** For the log only; may name what is left. */
      readonly errorDetails: Readonly<Record<string, unknown>>;
    };

/** The one contract of every stage handler: one operation, no state change, no audit, no events, no policy. */
export interface StageHandler<Data extends object = JsonObject> {
  readonly stageName: StageName;
  /** The archive stage is four steps; the other stages have none. */
  readonly step?: string;
  readonly handlesStates: readonly LifecycleState[];
  /**
   * Takes something away, access or data: the shell refuses it with `LEGAL_HOLD` while a hold is in force. One that is placed
   * while the handler runs is the handler's to notice (`createHoldWatch`).
   */
  readonly destructive?: true;
  /** Nothing, or one sentence that says why this context cannot be worked on. */
  validate(context: StageContext): string | undefined;
  execute(context: StageContext): Promise<StageResult<Data>>;
}
