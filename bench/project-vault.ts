import { archiveShape, mixedShape, wayOf } from './archive-shape.ts';
import { lineThrough } from './line.ts';
import type { MeasuredArchive, ProjectionBasis } from './measurement.ts';
import type { PlaneSize } from './size.ts';

/** What an archive of this plane leaves in the vault, on the lines through two measured sizes. */
export function projectVault(
  plane: readonly PlaneSize[],
  { packed, copied }: ProjectionBasis,
): MeasuredArchive['vault'] {
  const { shards, payloads } = mixedShape(plane);
  const smallFiles = through(packed, (run) => ({
    x: archiveShape(run).shards,
    y: run.vault.versions - archiveShape(run).payloads,
  }));
  const isPacked = ({ objectBytes }: PlaneSize) => wayOf(objectBytes) === 'packed';
  const [small, large] = [plane.filter(isPacked), plane.filter((size) => !isPacked(size))];
  return {
    versions: Math.ceil(smallFiles(shards)) + payloads,
    standardBytes: standardBytes(small, packed) + standardBytes(large, copied),
    archivedBytes: bytesOf(plane) + padding(small, packed) + padding(large, copied),
  };
}

type Runs = ProjectionBasis['packed'];

/** Of the inventory, the index and the reports. The few kilobytes that any plane has are counted once for each way. */
function standardBytes(plane: readonly PlaneSize[], runs: Runs): number {
  const line = through(runs, (run) => ({ x: run.objects, y: run.vault.standardBytes }));
  return alongObjects(plane, line);
}

/** What a tar adds to its members. */
function padding(plane: readonly PlaneSize[], runs: Runs): number {
  const line = through(runs, (run) => ({
    x: run.objects,
    y: run.vault.archivedBytes - bytesOf([run]),
  }));
  return alongObjects(plane, line);
}

function alongObjects(plane: readonly PlaneSize[], line: (objects: number) => number): number {
  return plane.length === 0 ? 0 : line(mixedShape(plane).objects);
}

function through([one, other]: Runs, point: (run: MeasuredArchive) => { x: number; y: number }) {
  return lineThrough([point(one), point(other)]);
}

function bytesOf(plane: readonly PlaneSize[]): number {
  return plane.reduce((sum, { objects, objectBytes }) => sum + objects * objectBytes, 0);
}
