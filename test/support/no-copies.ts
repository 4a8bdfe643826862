import type { CopyInquiry } from '../../lambdas/purge/place-copies.ts';

/** Places of which AWS keeps nothing by itself. */
export const NO_COPIES: CopyInquiry = {
  recoveryDays: async () => undefined,
  isReplicated: async () => false,
};
