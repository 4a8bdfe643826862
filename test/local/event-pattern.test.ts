import { describe, expect, it } from 'vitest';
import { compilePattern, type EventFields } from '../../local/events/event-pattern.ts';

const EVENT = {
  source: 'knowledge-plane-offboarding',
  'detail-type': 'Approval requested',
  resources: ['kp_1', 'kp_2'],
  detail: { type: 'APPROVAL_REQUESTED', seq: 7, data: { transition: 'PURGED' }, reason: null },
};

describe('an event pattern', () => {
  it.each<[string, EventFields, boolean]>([
    ['one exact value of several', { source: ['other', 'knowledge-plane-offboarding'] }, true],
    ['another value', { source: ['other'] }, false],
    ['a number', { detail: { seq: [7] } }, true],
    ['a number as text', { detail: { seq: ['7'] } }, false],
    ['null', { detail: { reason: [null] } }, true],
    ['any value of a list', { resources: ['kp_2'] }, true],
    ['deep in the detail', { detail: { data: { transition: ['PURGED'] } } }, true],
    ['all of its fields', { source: ['knowledge-plane-offboarding'], detail: { seq: [8] } }, false],
    ['a prefix', { detail: { type: [{ prefix: 'APPROVAL_' }] } }, true],
    ['another prefix', { detail: { type: [{ prefix: 'HOLD_' }] } }, false],
    ['a suffix', { detail: { type: [{ suffix: '_REQUESTED' }] } }, true],
    ['anything but', { detail: { type: [{ 'anything-but': 'HALTED' }] } }, true],
    [
      'anything but several',
      { detail: { type: [{ 'anything-but': ['HALTED', 'APPROVAL_REQUESTED'] }] } },
      false,
    ],
    [
      'anything but a prefix',
      { detail: { type: [{ 'anything-but': { prefix: 'APPROVAL' } }] } },
      false,
    ],
    ['anything but, of what is not there', { detail: { to: [{ 'anything-but': 'x' }] } }, false],
    ['what is not there', { detail: { to: ['PURGED'] } }, false],
    ['what must not be there', { detail: { to: [{ exists: false }] } }, true],
    ['what must be there', { detail: { seq: [{ exists: true }] } }, true],
    ['an object in the place of a value', { detail: { seq: { deep: [7] } } }, false],
  ])('by %s: %j is %s', (_, pattern, expected) => {
    expect(compilePattern(pattern)(EVENT)).toBe(expected);
  });

  it.each<[EventFields, string]>([
    [{ $or: [{ source: ['a'] }] }, '$or is not evaluated'],
    [{ detail: { seq: [{ numeric: ['>', 1] }] } }, '"numeric"'],
    [{ source: [{ 'equals-ignore-case': 'a' }] }, '"equals-ignore-case"'],
    [{ source: [{ 'anything-but': { suffix: 'a' } }] }, '"suffix"'],
    [{ source: 'a' }, 'source is no list'],
    [{}, 'without fields'],
  ])('%j is refused', (pattern, why) => {
    expect(() => compilePattern(pattern)).toThrow(why);
  });
});
