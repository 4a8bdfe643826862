/** What a claim is measured in. Times are in milliseconds, memory in bytes, prices in US dollars. */
export type Unit = 'count' | 'ms' | 'bytes' | 'dollars';

/** One row of the table: a claim, what was found, and what it is compared with. */
export interface Figure {
  readonly claim: string;
  readonly unit: Unit;
  readonly measured: number;
  /** The least that would do, measured in the same run or counted from what it worked on. */
  readonly floor?: number;
  /** Times only: every single run, in the order they were made. `measured` and `floor` are their medians. */
  readonly samples?: { readonly measured: readonly number[]; readonly floor: readonly number[] };
  /** What the figure must not exceed; a price has none. */
  readonly limit?: { readonly of: 'measured' | 'ratio'; readonly atMost: number };
}

/** @returns undefined without a floor to compare with */
export function ratioOf({ measured, floor }: Figure): number | undefined {
  return floor === undefined || floor === 0 ? undefined : measured / floor;
}

/** How far the middle half of the runs may lie apart before their median says more about the machine than about the code. */
const STEADY_SPREAD = 1.25;

/**
 * False when something else disturbed the runs: they lie too far apart, or the whole came out faster than the part of it that is its
 * floor, by more than runs differ. Where a whole is hardly more than its floor, its median may lie below. Figures that are no
 * times are steady.
 */
export function isSteady({ samples }: Figure): boolean {
  if (!samples) return true;
  const [measured, floor] = [middleHalf(samples.measured), middleHalf(samples.floor)];
  return (
    [measured, floor].every(({ least, most }) => most <= STEADY_SPREAD * least) &&
    measured.most >= floor.least
  );
}

/** One slow first run, or one lucky one, is left out. */
function middleHalf(samples: readonly number[]): { readonly least: number; readonly most: number } {
  const sorted = samples.toSorted((left, right) => left - right);
  const cut = Math.floor(sorted.length / 4);
  const [least = Number.NaN, most = Number.NaN] = [sorted[cut], sorted.at(-1 - cut)];
  return { least, most };
}

/** An unsteady time proves nothing, so it does not hold. @returns undefined for a figure that claims nothing */
export function holds(figure: Figure): boolean | undefined {
  if (!figure.limit) return undefined;
  if (!isSteady(figure)) return false;
  const { of, atMost } = figure.limit;
  const value = of === 'ratio' ? ratioOf(figure) : figure.measured;
  return value !== undefined && value <= atMost;
}
