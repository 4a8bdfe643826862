/**
 * Whether there is a name that both patterns match, where `*` stands for any characters, also for none
 * (`matchesPattern` of `lambdas/core/wildcard.ts`).
 */
export function canMatchTheSame(one: string, other: string): boolean {
  // What is asked again and again: whether what is left of both can match the same rest of a name.
  const known = new Map<string, boolean>();
  const rest = (at: number, otherAt: number): boolean => {
    const key = `${at} ${otherAt}`;
    const answer = known.get(key) ?? decide(at, otherAt);
    known.set(key, answer);
    return answer;
  };
  const decide = (at: number, otherAt: number): boolean => {
    const [next, otherNext] = [one[at], other[otherAt]];
    if (next === undefined && otherNext === undefined) return true;
    // A `*` is over, or it takes one more of whatever the other has there.
    if (next === '*') return rest(at + 1, otherAt) || (!!otherNext && rest(at, otherAt + 1));
    if (otherNext === '*') return rest(at, otherAt + 1) || (!!next && rest(at + 1, otherAt));
    return next === otherNext && rest(at + 1, otherAt + 1);
  };
  return rest(0, 0);
}
