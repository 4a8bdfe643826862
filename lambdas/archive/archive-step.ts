import type { StageContext, StageHandler, StageResult } from '../contract.ts';
import { isOffboardingError, STAGE_ERROR_CODES, type StageErrorCode } from '../core/errors.ts';

interface Step<Data extends object> {
  readonly step: 'plan' | 'pack' | 'seal' | 'evict';
  readonly destructive?: true;
  readonly validate?: (context: StageContext) => string | undefined;
  readonly execute: (context: StageContext) => Promise<StageResult<Data>>;
}

/** What the four steps of the archive have in common: their stage, their state, and failures reported as results. */
export function archiveStep<Data extends object>(step: Step<Data>): StageHandler<Data> {
  return {
    stageName: 'archive',
    step: step.step,
    handlesStates: ['DEACTIVATED'],
    ...(step.destructive && { destructive: step.destructive }),
    validate: (context) => step.validate?.(context),
    async execute(context) {
      try {
        return await step.execute(context);
      } catch (error) {
        if (!isOffboardingError(error) || !isStageErrorCode(error.name)) throw error;
        return {
          status: 'failure',
          message: error.message,
          errorCode: error.name,
          errorDetails: error.details,
        };
      }
    },
  };
}

function isStageErrorCode(code: string): code is StageErrorCode {
  return (STAGE_ERROR_CODES as readonly string[]).includes(code);
}
