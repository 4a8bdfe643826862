export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * The straight line through two measured points: what is fixed, and what each further one costs. Points above one another
 * cannot tell the two apart; then all of it is taken to grow.
 */
export function lineThrough([one, other]: readonly [Point, Point]): (x: number) => number {
  if (one.x === other.x) return (x) => (other.x === 0 ? other.y : (other.y / other.x) * x);
  const slope = (other.y - one.y) / (other.x - one.x);
  return (x) => Math.max(0, one.y + slope * (x - one.x));
}
