/**
 * What is left of an invocation: now and then hardly anything, so that whatever goes on in another one is written down in the
 * middle and found again. When, the seed decides.
 */
export function shortInvocations(seed: number): () => number {
  // Park and Miller, Communications of the ACM 31 (10), 1988.
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state % 3 === 0 ? 100 : 900_000;
  };
}
