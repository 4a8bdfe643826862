import { describe, expect, it } from 'vitest';
import {
  isLegalTransition,
  isProtected,
  LIFECYCLE_STATES,
  type LifecycleState,
} from '../../lambdas/core/lifecycle.ts';

const LEGAL: readonly (readonly [LifecycleState, LifecycleState])[] = [
  ['ACTIVE', 'PENDING_DEACTIVATE'],
  ['PENDING_DEACTIVATE', 'ACTIVE'],
  ['PENDING_DEACTIVATE', 'DEACTIVATED'],
  ['DEACTIVATED', 'ARCHIVED'],
  ['ARCHIVED', 'PURGED'],
];

describe('the lifecycle', () => {
  const pairs = LIFECYCLE_STATES.flatMap((from) =>
    LIFECYCLE_STATES.map((to) => [from, to] as const),
  );

  it.each(pairs)('%s -> %s is legal only if the table of the design says so', (from, to) => {
    const expected = LEGAL.some(([a, b]) => a === from && b === to);
    expect(isLegalTransition(from, to)).toBe(expected);
  });

  it('is protected where something stops working or stops existing', () => {
    expect(LIFECYCLE_STATES.filter(isProtected)).toEqual(['DEACTIVATED', 'PURGED']);
  });
});
