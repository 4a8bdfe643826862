import type { OffboardingRequest } from './plane.ts';

const DAY_MS = 86_400_000;

export interface Retention {
  readonly retentionDays: number;
  /** ISO 8601 UTC. Computed once, when the archive is complete, and never again. */
  readonly retentionUntil: string;
}

/**
 * How long an archive is kept. An erasure is not kept at all; every other request not shorter than the deployment's floor.
 * @param floorDays the shortest retention this deployment allows
 */
export function retentionOf(
  request: Pick<OffboardingRequest, 'retentionDays' | 'erasure'>,
  archivedAt: Date,
  floorDays: number,
): Retention {
  const retentionDays = request.erasure ? 0 : Math.max(request.retentionDays, floorDays);
  return {
    retentionDays,
    retentionUntil: new Date(archivedAt.getTime() + retentionDays * DAY_MS).toISOString(),
  };
}
