/** A page of 1,000 versions takes seconds, with all its retries; what follows the last page, seconds more. */
const STOP_BEFORE_MS = 60_000;

/**
 * Tells, before each page, whether this invocation should end. Never on the first question, so that however short an
 * invocation is, the work gets on by a page.
 */
export function createOutOfTime(remainingMs: () => number): () => boolean {
  let asked = 0;
  return () => {
    asked += 1;
    return asked > 1 && remainingMs() < STOP_BEFORE_MS;
  };
}
