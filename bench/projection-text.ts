import { ENVIRONMENTS } from '../infra/config.ts';
import { ARCHIVE_LIMITS } from '../lambdas/core/archive-limits.ts';
import type { Measurement } from './measurement.ts';
import { PRICES, RATES } from './prices.ts';
import {
  type Projection,
  type ProjectionOptions,
  projectArchive,
  projectCopying,
} from './projection.ts';
import { formatSize, type PlaneSize } from './size.ts';

/** Memory of the packer, as `infra/workflow-functions.ts` sets it: one whole vCPU. */
const PACKER_MEMORY_MB = 1769;

interface Compared {
  readonly product: Projection;
  readonly copying: Projection;
}

/** For a person: what this product would need, next to one copy per object. */
export function projectionText(
  size: PlaneSize,
  measurement: Measurement,
  retentionDays: number,
): string {
  const { product, copying } = compare(size, measurement, retentionDays);
  const line = (label: string, of: (projection: Projection) => string) =>
    `${label.padEnd(34)}${of(product).padStart(16)}${of(copying).padStart(18)}\n`;
  const dollars = (amount: number) => `$${amount.toFixed(amount < 1 ? 4 : 2)}`;
  const count = (number: number) => number.toLocaleString('en-US');
  const sources = [...new Set(Object.values(PRICES).map(({ source }) => source))];
  return [
    `${count(size.objects)} objects of ${formatSize(size.objectBytes)} (1 KB = 1,024 bytes), kept for ${retentionDays} days in Deep Archive, us-east-1\n`,
    `from request counts measured on ${measurement.measuredOn} at commit ${measurement.commit}\n\n`,
    `${''.padEnd(34)}${'this product'.padStart(16)}${'copy per object'.padStart(18)}\n`,
    line('GET and HEAD requests', ({ requests }) => count(requests.get)),
    line('PUT and LIST requests, Standard', ({ requests }) => count(requests.put)),
    line('PUT requests, Deep Archive', ({ requests }) => count(requests['archive-put'])),
    line('delete and abort requests (free)', ({ requests }) => count(requests.free)),
    line('state transitions', ({ transitions }) => count(transitions)),
    line('requests', (projection) => dollars(projection.dollars.requests)),
    line('compute', (projection) => dollars(projection.dollars.compute)),
    line('state transitions and ledger', (projection) => dollars(projection.dollars.workflow)),
    line('storage', (projection) => dollars(projection.dollars.storage)),
    line('total', (projection) => dollars(projection.totalDollars)),
    line('hours, at the least', ({ hoursAtLeast }) => hoursAtLeast.toFixed(2)),
    line('packers, seconds in all', ({ packerSeconds }) => count(Math.round(packerSeconds))),
    line('requests one after another', ({ sequentialRequests }) => count(sequentialRequests)),
    '\nHours are what the published request rates and network limits allow at the best; the requests that wait for one another\n',
    "come on top, each with S3's latency. How fast S3 copies a large object is published nowhere: assumed are\n",
    `${formatSize(RATES.copyBytesPerSecond)} a second for each, ${ARCHIVE_LIMITS.copiesAtOnce} at once in a packer. Prices: ${sources.join(', ')}\n`,
  ].join('');
}

/** For a machine: one object a line. */
export function projectionJson(
  size: PlaneSize,
  measurement: Measurement,
  retentionDays: number,
): string {
  const { product, copying } = compare(size, measurement, retentionDays);
  const { measuredOn, commit } = measurement;
  const about = { ...size, retentionDays, measuredOn, commit };
  return [
    { way: 'this product', ...about, ...product },
    { way: 'copy per object', ...about, ...copying },
  ]
    .map((projection) => `${JSON.stringify(projection)}\n`)
    .join('');
}

function compare(size: PlaneSize, { basis }: Measurement, retentionDays: number): Compared {
  const options: ProjectionOptions = {
    retentionDays,
    packConcurrency: ENVIRONMENTS.prod.packConcurrency,
    packerMemoryMb: PACKER_MEMORY_MB,
  };
  return {
    product: projectArchive(size, basis, options),
    copying: projectCopying(size, options),
  };
}
