import fc from 'fast-check';
import { z } from 'zod';

/** A JSON Schema, as far as our schemas use it. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What a field of this name mostly holds, in the place of whatever its schema allows. */
export type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** Mostly what the schema allows, and on every level now and then something else. */
export function bodiesFor(schema: z.core.$ZodType, fields: Fields = {}): fc.Arbitrary<unknown> {
  return valuesOf(z.toJSONSchema(schema, { target: 'draft-4' }) as Schema, fields);
}

function valuesOf(schema: Schema, fields: Fields, known?: fc.Arbitrary<unknown>) {
  return fc.oneof(
    { weight: 50, arbitrary: known ?? asSaid(schema, fields) },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 1500 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', ' ', '\u0000', '\ud800', '__proto__', -1, 1e300, 0.5),
    },
  );
}

function asSaid(schema: Schema, fields: Fields): fc.Arbitrary<unknown> {
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map((one) => valuesOf(one, fields)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const list = (least: number, most: number) =>
    fc.array(valuesOf(schema.items ?? {}, fields), { minLength: least, maxLength: most });
  switch (schema.type) {
    case 'object':
      return fc.oneof(
        { weight: 8, arbitrary: objectOf(schema, fields) },
        { weight: 1, arbitrary: objectOf(schema, fields, { unknown: fc.jsonValue() }) },
      );
    case 'array':
      return fc.oneof(
        { weight: 6, arbitrary: list(schema.minItems ?? 0, 2) },
        { weight: 1, arbitrary: list(0, 21) },
      );
    case 'integer':
      return fc.integer({ min: (schema.minimum ?? 0) - 1, max: (schema.maximum ?? 10) + 1 });
    case 'boolean':
      return fc.boolean();
    default:
      return schema.pattern ? fc.stringMatching(new RegExp(schema.pattern)) : fc.string();
  }
}

function objectOf(schema: Schema, fields: Fields, more: Fields = {}) {
  const known = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    name,
    valuesOf(field, fields, fields[name]),
  ]);
  const model: Fields = { ...Object.fromEntries(known), ...more };
  return fc.record(model, { requiredKeys: [...(schema.required ?? [])] });
}
