/** What a claim is measured in. Times are in milliseconds, memory in bytes, prices in US dollars. */
export type Unit = 'count' | 'ms' | 'bytes' | 'dollars';

/** One row of the table: a claim, what was found, and what it is compared with. */
export interface Figure {
  readonly claim: string;
  readonly unit: Unit;
  readonly measured: number;
  /** The least that would do, measured in the same run or counted from what it worked on. */
  readonly floor?: number;
  /** What the figure must not exceed; a price has none. */
  readonly limit?: { readonly of: 'measured' | 'ratio'; readonly atMost: number };
}

/** @returns undefined without a floor to compare with */
export function ratioOf({ measured, floor }: Figure): number | undefined {
  return floor === undefined || floor === 0 ? undefined : measured / floor;
}

/** @returns undefined for a figure that claims nothing */
export function holds(figure: Figure): boolean | undefined {
  if (!figure.limit) return undefined;
  const { of, atMost } = figure.limit;
  const value = of === 'ratio' ? ratioOf(figure) : figure.measured;
  return value !== undefined && value <= atMost;
}
