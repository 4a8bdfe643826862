import { findPlane } from '../find-plane.ts';
import type { PlaneReader, PolicyGate } from '../ports.ts';
import { holdSchema } from './bodies/hold-body.ts';
import { type Route, route } from './http.ts';
import { type HoldPorts, holdsView, placeHold, releaseHold } from './legal-hold.ts';

export interface HoldRoutePorts extends HoldPorts {
  readonly planes: PlaneReader;
  readonly gate: PolicyGate;
}

/** Legal holds: while one is in force, nothing of the plane is taken away. */
export function holdRoutes(ports: HoldRoutePorts): readonly Route[] {
  const { planes, ledger, gate } = ports;
  const resource = '/planes/{planeId}/hold';
  return [
    route({
      method: 'PUT',
      resource,
      body: holdSchema,
      async answer({ path: { planeId }, body, caller, principal }) {
        await findPlane(planes, planeId);
        await gate.authorise({ action: 'hold', planeId, caller: principal });
        return { status: 200, body: await placeHold(ports, planeId, body, caller) };
      },
    }),
    route({
      method: 'GET',
      resource,
      async answer({ path: { planeId } }) {
        await findPlane(planes, planeId);
        return { status: 200, body: holdsView(planeId, await ledger.read(planeId)) };
      },
    }),
    route({
      method: 'DELETE',
      resource,
      body: holdSchema,
      async answer({ path: { planeId }, body, caller, principal }) {
        await findPlane(planes, planeId);
        await gate.authorise({ action: 'release', planeId, caller: principal });
        await releaseHold(ports, planeId, body, caller);
        return { status: 204 };
      },
    }),
  ];
}
