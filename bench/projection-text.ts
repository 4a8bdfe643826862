import { ENVIRONMENTS } from '../infra/config.ts';
import { ARCHIVE_LIMITS } from '../lambdas/core/archive-limits.ts';
import { wayOf } from './archive-shape.ts';
import type { Measurement } from './measurement.ts';
import { PRICES, RATES } from './prices.ts';
import {
  type ArchiveProjection,
  type Projection,
  type ProjectionOptions,
  projectArchive,
  projectCopying,
} from './projection.ts';
import { formatSize, type PlaneSize } from './size.ts';

/** Memory of the packer, as `infra/workflow-functions.ts` sets it: one whole vCPU. */
const PACKER_MEMORY_MB = 1769;

interface Compared {
  readonly product: ArchiveProjection;
  readonly copying: Projection;
}

/** For a person: what this product would need, next to one copy per object. */
export function projectionText(
  plane: readonly PlaneSize[],
  measurement: Measurement,
  retentionDays: number,
): string {
  const { product, copying } = compare(plane, measurement, retentionDays);
  const dollars = (amount: number) => `$${amount.toFixed(amount < 1 ? 4 : 2)}`;
  const sources = [...new Set(Object.values(PRICES).map(({ source }) => source))];
  const row = (label: string, of: (projection: Projection) => string) =>
    [label, of(product), of(copying)] as const;
  return [
    `${plane.map(sizeText).join(' + ')} (1 KB = 1,024 bytes), kept for ${retentionDays} days in Deep Archive, us-east-1\n`,
    `from request counts measured on ${measurement.measuredOn} at commit ${measurement.commit}\n`,
    derivedText(product.derivedRequests),
    '\n',
    ...columns([
      ['', 'this product', 'copy per object'],
      row('GET and HEAD requests', ({ requests }) => count(requests.get)),
      row('PUT and LIST requests, Standard', ({ requests }) => count(requests.put)),
      row('PUT requests, Deep Archive', ({ requests }) => count(requests['archive-put'])),
      row('delete and abort requests (free)', ({ requests }) => count(requests.free)),
      row('state transitions', ({ transitions }) => count(transitions)),
      row('requests', (projection) => dollars(projection.dollars.requests)),
      row('compute', (projection) => dollars(projection.dollars.compute)),
      row('state transitions and ledger', (projection) => dollars(projection.dollars.workflow)),
      row('storage', (projection) => dollars(projection.dollars.storage)),
      row('total', (projection) => dollars(projection.totalDollars)),
      row('hours, at the least', ({ hoursAtLeast }) => hoursAtLeast.toFixed(2)),
      row('packers, seconds in all', ({ packerSeconds }) => count(Math.round(packerSeconds))),
      row('requests one after another', ({ sequentialRequests }) => count(sequentialRequests)),
    ]),
    '\nHours are what the published request rates and network limits allow at the best; the requests that wait for one another\n',
    "come on top, each with S3's latency. How fast S3 copies a large object is published nowhere: assumed are\n",
    `${formatSize(RATES.copyBytesPerSecond)} a second for each, ${ARCHIVE_LIMITS.copiesAtOnce} at once in a packer. Prices: ${sources.join(', ')}\n`,
  ].join('');
}

/** For a machine: one object a line. */
export function projectionJson(
  plane: readonly PlaneSize[],
  measurement: Measurement,
  retentionDays: number,
): string {
  const { product, copying } = compare(plane, measurement, retentionDays);
  const { measuredOn, commit } = measurement;
  const about = { plane, retentionDays, measuredOn, commit };
  return [
    { way: 'this product', ...about, ...product },
    { way: 'copy per object', ...about, ...copying },
  ]
    .map((projection) => `${JSON.stringify(projection)}\n`)
    .join('');
}

function compare(
  plane: readonly PlaneSize[],
  { basis }: Measurement,
  retentionDays: number,
): Compared {
  const options: ProjectionOptions = {
    retentionDays,
    packConcurrency: ENVIRONMENTS.prod.packConcurrency,
    packerMemoryMb: PACKER_MEMORY_MB,
  };
  return {
    product: projectArchive(plane, basis, options),
    copying: projectCopying(plane, options),
  };
}

function sizeText({ objects, objectBytes }: PlaneSize): string {
  const byParts = wayOf(objectBytes) === 'copied by parts' ? ', copied by parts' : '';
  return `${count(objects)} ${objects === 1 ? 'object' : 'objects'} of ${formatSize(objectBytes)}${byParts}`;
}

function derivedText(requests: number): string {
  if (requests === 0) return '';
  return [
    `but for ${count(requests)} requests of this product that are derived, not measured: those of objects copied by parts, counted\n`,
    'from lambdas/archive/server-side-copy.ts and lambdas/core/archive-limits.ts; packers read these objects at\n',
    `${count(RATES.hashedBytesPerSecond)} bytes a second, which is reckoned from their network\n`,
  ].join('');
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** A label and two numbers a line, columns as wide as they need. */
function columns(rows: readonly (readonly [string, string, string])[]): string[] {
  const width = (column: 0 | 1 | 2) => Math.max(...rows.map((row) => row[column].length));
  const [labels, product, copying] = [width(0), width(1), width(2)];
  return rows.map(
    ([label, one, other]) =>
      `${label.padEnd(labels)}  ${one.padStart(product)}  ${other.padStart(copying)}\n`,
  );
}
