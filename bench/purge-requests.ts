import { apiClient } from '../local/signed-api.ts';
import { measureArchive } from './measure-archive.ts';
import type { Measure } from './measures.ts';

const RETENTION_DAYS = 365;

/** What the purge of a bag of so many versions asks of S3. */
export const purgeRequests: Measure = async ({ startCloud, size, progress }) => {
  const { purgedVersions: versions } = size;
  await using bench = await startCloud();
  const { cloud, vault } = bench;
  const body = Buffer.from('x');
  const plane = await bench.plane((prefix) => [{ key: `${prefix}document.md`, body }]);
  const { archive } = await measureArchive(bench, plane, { objects: 1, objectBytes: 1 });
  // The bag of a plane so large takes an hour to archive here; to the purge a version is a version.
  cloud.fillBucket(vault, fillers(plane.planeId, versions - archive.vault.versions, body));
  progress('the retention passes');
  await cloud.clock.advanceBy({ days: RETENTION_DAYS + 1 });

  const path = `/planes/${plane.planeId}/approval`;
  const approver = apiClient(cloud.apiUrl, 'approver');
  const { status: found, body: asked } = await approver.call('GET', path);
  if (found !== 200) throw new Error(`nobody is asked to approve: ${JSON.stringify(asked)}`);
  bench.tally.between('Purge', 'Record purged');
  const { status } = await approver.call('POST', path, {
    decision: 'approve',
    reason: 'measured',
    scopeHash: asked.scopeHash,
  });
  if (status !== 200) throw new Error(`the purge was not approved: HTTP ${status}`);
  progress('purging');
  // A long purge is pending again and again, and each time a retry goes on.
  await cloud.clock.advanceBy({ days: 1 });
  const { requests, ms } = bench.tally.span();
  progress(`purged in ${(ms / 1000).toFixed(0)} s: ${JSON.stringify(requests)}`);
  if (asked.scope.count < versions) throw new Error(`only ${asked.scope.count} were purged`);

  const pages = Math.ceil(versions / 1000);
  return {
    figures: [
      {
        claim: `purge ${versions.toLocaleString('en-US')} versions: requests to S3`,
        unit: 'count',
        measured: Object.values(requests).reduce((sum, count) => sum + count, 0),
        floor: 2 * pages,
        limit: { of: 'measured', atMost: 2 * pages + 20 },
      },
    ],
    basis: { purge: { versions, requests } },
  };
};

function* fillers(planeId: string, count: number, body: Buffer) {
  for (let number = 1; number <= count; number += 1)
    yield { key: `planes/${planeId}/filler/${String(number).padStart(8, '0')}`, body };
}
