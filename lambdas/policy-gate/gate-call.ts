import * as z from 'zod/mini';
import { PROTECTED_TRANSITIONS } from '../core/lifecycle.ts';
import { workflowEventSchema } from '../parse-event.ts';
import type { GateQuestion } from '../ports.ts';

const nonEmpty = z.string().check(z.minLength(1));
const days = z.int().check(z.minimum(0));

const asked = {
  planeId: nonEmpty,
  caller: z.object({ identity: nonEmpty, roleArn: z.exactOptional(nonEmpty) }),
};

const questionSchema = z.discriminatedUnion('action', [
  z.object({ ...asked, action: z.enum(['cancel', 'hold', 'release']) }),
  z.object({
    ...asked,
    action: z.enum(['start', 'force']),
    gracePeriodDays: days,
    retentionDays: days,
    erasure: z.boolean(),
    forceReason: z.nullable(nonEmpty),
  }),
  z.object({ ...asked, action: z.enum(['approve', 'reject']), scopeHash: nonEmpty }),
  z.object({ ...asked, action: z.enum(['removeDependent', 'removeLease']), usageId: nonEmpty }),
]) satisfies z.ZodMiniType<GateQuestion>;

/** A protected transition that the workflow is about to make. */
const gateEventSchema = z.extend(workflowEventSchema, {
  transition: z.enum(PROTECTED_TRANSITIONS),
  idempotencyKey: nonEmpty,
});
export type GateEvent = z.infer<typeof gateEventSchema>;

/** What the gate is called with: by the workflow with a transition, by the API with a question. */
export const gateCallSchema = z.union([gateEventSchema, questionSchema]);
export type GateCall = z.infer<typeof gateCallSchema>;
