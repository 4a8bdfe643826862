import * as z from 'zod';

export type GatewayModel = Readonly<Record<string, unknown>>;

/**
 * A request's schema as an API Gateway model (JSON Schema draft-4). Rules that draft-4 cannot say stay with the Lambda,
 * which parses with the same schema. So do unions: of a failed `oneOf` the gateway only says that no alternative matched,
 * and not which field is wrong. docs/decisions/0002-gateway-models-and-lambda-validation.md
 */
export function requestModel(schema: z.ZodType): GatewayModel {
  return looseUnions(z.toJSONSchema(schema, { target: 'draft-4' })) as GatewayModel;
}

function looseUnions(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(looseUnions);
  if (typeof node !== 'object' || node === null) return node;
  if ('oneOf' in node) return anyOfItsKinds(node.oneOf);
  if ('anyOf' in node) return anyOfItsKinds(node.anyOf);
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, looseUnions(value)]));
}

const alternatives = z.array(
  z.object({ properties: z.object({ kind: z.object({ enum: z.array(z.string()).min(1) }) }) }),
);

/** @throws ZodError for a union whose alternatives are not told apart by `kind` */
function anyOfItsKinds(union: unknown): GatewayModel {
  const kinds = alternatives.parse(union).flatMap(({ properties }) => properties.kind.enum);
  return {
    type: 'object',
    properties: { kind: { type: 'string', enum: kinds } },
    required: ['kind'],
  };
}
