import { findPlane } from '../find-plane.ts';
import type { PlaneRegistry } from '../ports.ts';
import { createPlaneSchema } from './bodies/plane-body.ts';
import { type Route, route } from './http.ts';
import { pageQuerySchema } from './paging.ts';
import { planeView } from './plane-view.ts';
import { type RegisterPlanePorts, registerPlane } from './register-plane.ts';

export interface PlaneRoutePorts extends RegisterPlanePorts {
  readonly registry: PlaneRegistry;
}

/** Planes come in here; they leave by their offboarding only. */
export function planeRoutes(ports: PlaneRoutePorts): readonly Route[] {
  return [
    route({
      method: 'POST',
      resource: '/planes',
      body: createPlaneSchema,
      async answer({ body, caller, now, url }) {
        const plane = await registerPlane(ports, { body, caller, now });
        return {
          status: 201,
          headers: { location: `${url}/${plane.planeId}` },
          body: planeView(plane),
        };
      },
    }),
    route({
      method: 'GET',
      resource: '/planes',
      query: pageQuerySchema({ max: 100, byDefault: 50 }),
      async answer({ query }) {
        const { planes, nextToken } = await ports.registry.list({
          limit: query.limit,
          ...(query.nextToken !== undefined && { nextToken: query.nextToken }),
        });
        return { status: 200, body: { planes: planes.map(planeView), nextToken } };
      },
    }),
    route({
      method: 'GET',
      resource: '/planes/{planeId}',
      async answer({ path }) {
        return { status: 200, body: planeView(await findPlane(ports.registry, path.planeId)) };
      },
    }),
  ];
}
