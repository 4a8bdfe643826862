import * as z from 'zod';

const modelSchema = z.object({
  $schema: z.string(),
  type: z.literal('object'),
  properties: z.record(z.string(), z.unknown()),
  required: z.array(z.string()).min(1),
  additionalProperties: z.literal(false),
});

export type GatewayModel = z.infer<typeof modelSchema>;

/**
 * A request's schema as an API Gateway model (JSON Schema draft-4): which fields there are, and which must be there. What
 * they hold is left to the Lambda, which parses with the schema itself: of a wrong value the gateway would say what is
 * wrong with it, but not in which field. docs/decisions/0002-gateway-models-and-lambda-validation.md
 * @throws ZodError for a schema that is no strict object with a required field
 */
export function requestModel(schema: z.core.$ZodType): GatewayModel {
  const model = modelSchema.parse(z.toJSONSchema(schema, { target: 'draft-4' }));
  const names = Object.keys(model.properties);
  return { ...model, properties: Object.fromEntries(names.map((name) => [name, {}])) };
}
