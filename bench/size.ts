import { UsageError } from '../command/usage-error.ts';

/** As S3 and Lambda bill them, and as everywhere here: KB, MB and GB are powers of 1,024. */
const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
};

export const KB = 1024;
export const MB = 1024 ** 2;

/** A plane for a projection, or part of one: so many objects of one size. */
export interface PlaneSize {
  readonly objects: number;
  readonly objectBytes: number;
}

/**
 * `20KB` or `1.5MB`, to the next whole byte.
 * @throws UsageError for anything but a number with a unit, and for a fraction of a byte
 */
export function parseSize(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(B|KB|MB|GB)$/i.exec(text) ?? [];
  const unitBytes = UNIT_BYTES[unit.toUpperCase()] ?? Number.NaN;
  const exact = Number(number) * unitBytes;
  const bytes = Math.round(exact);
  if (!Number.isSafeInteger(bytes)) throw new UsageError(`'${text}' is no size such as 20KB`);
  if (bytes !== exact && (unitBytes === 1 || exact < 1))
    throw new UsageError(`'${text}' is a fraction of a byte`);
  return bytes;
}

/** @param text `10000000x20KB` @throws UsageError */
export function parsePlaneSize(text: string): PlaneSize {
  const [count = '', size = '', ...more] = text.split('x');
  const objects = Number(count);
  if (!/^\d+$/.test(count) || objects < 1 || !Number.isSafeInteger(objects) || more.length > 0)
    throw new UsageError(`'${text}' is no count and size such as 10000000x20KB`);
  return { objects, objectBytes: parseSize(size) };
}

/** Objects of several sizes. @param text `10000000x20KB+200x6GB` @throws UsageError */
export function parsePlane(text: string): readonly PlaneSize[] {
  return text.split('+').map(parsePlaneSize);
}

/** `20 KB`, `1.5 MB`: three digits at most. */
export function formatSize(bytes: number): string {
  const units = Object.entries(UNIT_BYTES);
  const [unit, unitBytes] = units.findLast(([, least]) => Math.abs(bytes) >= least) ?? ['B', 1];
  const value = bytes / unitBytes;
  return `${Number(value.toPrecision(value < 1000 ? 3 : 4))} ${unit}`;
}
