/** The middle of the values, or the mean of the two in the middle. @throws RangeError without any value */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError('no value to take');
  return (lower + upper) / 2;
}
