import { expect } from 'vitest';
import type { RawAnswer } from './raw-request.ts';

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

// What betrays the inside: a stack frame, a source file with its line, a dependency, a folder of the machine.
const INSIDE = /\bat [^ ]+ \(|\.[cm]?[jt]s:\d|node_modules|\/(?:home|opt|tmp|usr|var|work)\//;

/** A refusal as docs/api.md has it: RFC 9457, and nothing of the inside. */
export function expectProblem(
  { status, contentType, text }: RawAnswer,
  expected: { readonly status: number; readonly code: unknown },
): Problem {
  const problem = contentType.includes('json') ? JSON.parse(text) : text;
  expect({ status, contentType, problem }).toEqual({
    status: expected.status,
    contentType: 'application/problem+json',
    problem: expect.objectContaining({
      type: expect.stringMatching(/^urn:problem-type:offboarding:[a-z]+(-[a-z]+)*$/),
      title: expect.any(String),
      status: expected.status,
      detail: expect.stringMatching(/./),
      code: expected.code,
      instance: expect.stringMatching(/^[\w-]{15}=$/),
    }),
  });
  expect(text).not.toMatch(INSIDE);
  return problem;
}
