import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../lambdas/parse-event.ts';
import { recordCommandSchema } from '../../lambdas/recorder/record-command.ts';
import { archiveData, deregistrationData, offboardingRequest } from '../support/builders.ts';

const COMMAND = {
  planeId: 'kp_1',
  offboardingId: 'off_1',
  type: 'HALTED',
  actor: 'workflow',
  reason: null,
  data: {},
  idempotencyKey: 'execution/Record halt',
};
const parse = (changes: object) => parseEvent(recordCommandSchema, { ...COMMAND, ...changes });

function halt(failure: object) {
  return parse({ data: { stage: 'archive', failure } }).data;
}

describe('a halt', () => {
  it('keeps the message of an error of ours', () => {
    const Cause = JSON.stringify({
      errorType: 'SOURCE_CHANGED',
      errorMessage: '2 objects changed since the inventory',
      trace: ['at …'],
    });
    expect(halt({ Error: 'SOURCE_CHANGED', Cause })).toEqual({
      stage: 'archive',
      code: 'SOURCE_CHANGED',
      message: '2 objects changed since the inventory',
    });
  });

  it('keeps only the name of a foreign error: its message may hold a document name', () => {
    const Cause = JSON.stringify({
      errorType: 'NoSuchKey',
      errorMessage: 'no object planes/kp-1/salaries of J. Doe.md',
    });
    expect(halt({ Error: 'NoSuchKey', Cause })).toEqual({
      stage: 'archive',
      code: 'NoSuchKey',
      message: 'the step failed with NoSuchKey',
    });
  });

  it.each([
    'not json',
    '"text"',
    'null',
    '{"errorMessage":{"a":1}}',
    '{"errorMessage":""}',
    undefined,
  ])('says what it can when the cause is %s', (Cause) => {
    expect(halt({ Error: 'ARCHIVE_FAILED', ...(Cause && { Cause }) })).toEqual({
      stage: 'archive',
      code: 'ARCHIVE_FAILED',
      message: 'the step failed with ARCHIVE_FAILED',
    });
  });
});

describe('a transition', () => {
  const TRANSITION = { type: 'TRANSITION', to: 'PENDING_DEACTIVATE' };
  const { request, ...deregistration } = deregistrationData();

  it('to PENDING_DEACTIVATE comes nested and is stored flat', () => {
    const command = parse({ ...TRANSITION, data: { request, deregistration } });
    expect(command).toEqual({
      ...COMMAND,
      ...TRANSITION,
      data: { request: offboardingRequest(), ...deregistration },
    });
  });

  it('to ARCHIVED keeps what the archive stage reports beyond the minimum', () => {
    const data = { ...archiveData(), payloadCount: 2 };
    expect(parse({ type: 'TRANSITION', to: 'ARCHIVED', data }).data).toEqual(data);
  });
});

describe('a command is refused', () => {
  it.each([
    ['without `to` for a transition', { type: 'TRANSITION' }, /^invalid input: to is for/],
    ['with `to` for something else', { to: 'PURGED' }, /^invalid input: to is for/],
    ['with a state that does not exist', { type: 'TRANSITION', to: 'GONE' }, /^invalid input: to /],
    ['with a type that does not exist', { type: 'GRANTED' }, /^invalid input: type /],
    ['without an actor', { actor: '' }, /^invalid input: actor /],
    ['without a key', { idempotencyKey: undefined }, /^invalid input: idempotencyKey /],
    ['with half a halt', { data: { stage: 'purge' } }, /^invalid input: data.failure /],
    [
      'with more dependents than one request may acknowledge',
      {
        type: 'RESTARTED',
        data: { erasure: false, acknowledgedDependents: Array.from({ length: 101 }, String) },
      },
      /^invalid input: data.acknowledgedDependents too_big$/,
    ],
    [
      'with half an archive',
      { type: 'TRANSITION', to: 'ARCHIVED', data: { ...archiveData(), manifestHash: 'abc' } },
      /^invalid input: data.manifestHash invalid_format$/,
    ],
    [
      'with an unprotected transition at the gate',
      { type: 'GATE_PASSED', data: { transition: 'ARCHIVED' } },
      /^invalid input: data.transition /,
    ],
  ])('%s', (_name, changes, message) => {
    expect(() => parse(changes)).toThrow(message);
    expect(() => parse(changes)).toThrow(expect.objectContaining({ name: 'INVALID_STAGE_INPUT' }));
  });
});
