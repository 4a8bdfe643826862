import { expect } from 'vitest';
import { expectProblem } from './expect-problem.ts';
import type { World } from './offboarding-world.ts';
import { type ProductState, stateReader } from './product-state.ts';
import { type RawAnswer, type RawRequest, sendRaw } from './raw-request.ts';

export interface Refusals {
  /** Refused as said, naming the field, and not one item is different from what it was before. */
  expectRefusal(raw: RawRequest, status: number, code: string, field?: string): Promise<void>;
  send(raw: RawRequest): Promise<RawAnswer>;
  readState(): Promise<ProductState>;
}

/** Holds refusals against what the product has written up to now. */
export async function watchRefusals(world: World): Promise<Refusals> {
  const readState = stateReader(world.cloud);
  const send = (raw: RawRequest) => sendRaw(world.cloud.apiUrl, raw);
  const untouched = await readState();
  return {
    async expectRefusal(raw, status, code, field) {
      const { errors } = expectProblem(await send(raw), { status, code });
      if (field !== undefined) {
        // Of a field that is missing or unknown the gateway says so, and it knows no field but the body.
        const named = errors?.map((error) =>
          error.field === 'body' && error.message.includes(field) ? field : error.field,
        );
        expect(named).toContain(field);
      }
      expect(await readState()).toEqual(untouched);
    },
    send,
    readState,
  };
}
