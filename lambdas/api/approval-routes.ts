import { OffboardingError } from '../core/errors.ts';
import { foldLedger } from '../core/fold-ledger.ts';
import { findPlane } from '../find-plane.ts';
import type { PlaneReader } from '../ports.ts';
import { decideApprovalSchema } from './bodies/approval-body.ts';
import {
  type ApprovalPorts,
  approvalCount,
  decideApproval,
  openDecision,
} from './decide-approval.ts';
import { type Route, route } from './http.ts';

export interface ApprovalRoutePorts extends ApprovalPorts {
  readonly planes: PlaneReader;
}

/** The one human decision: may the archived plane be destroyed? */
export function approvalRoutes(ports: ApprovalRoutePorts): readonly Route[] {
  const { planes, decisions, ledger } = ports;
  const resource = '/planes/{planeId}/approval';
  return [
    route({
      method: 'GET',
      resource,
      async answer({ path: { planeId }, now }) {
        await findPlane(planes, planeId);
        const entries = await ledger.read(planeId);
        const asked = openDecision(await decisions.read(planeId), entries, now);
        if (!asked)
          throw new OffboardingError(
            'NO_OPEN_APPROVAL',
            `no decision about ${planeId} is waited for`,
          );
        // Field by field, so that nothing stored beside the question is ever answered.
        const { offboardingId, scope, scopeHash, requestedBy, requestedAt, expiresAt } = asked;
        const { approval } = foldLedger(entries);
        return {
          status: 200,
          body: {
            ...{ planeId, offboardingId, scopeHash, scope, requestedBy, requestedAt, expiresAt },
            ...(approval && { approvals: approvalCount(approval) }),
            approvedBy: approval?.approvals.map(({ actor, at }) => ({ approver: actor, at })) ?? [],
          },
        };
      },
    }),
    route({
      method: 'POST',
      resource,
      body: decideApprovalSchema,
      async answer({ path: { planeId }, body, principal: caller, now }) {
        await findPlane(planes, planeId);
        const decided = await decideApproval(ports, planeId, { body, caller, now });
        return { status: decided.status === 'AWAITING_APPROVALS' ? 202 : 200, body: decided };
      },
    }),
  ];
}
