import ajvDraft04, { type ErrorObject } from 'ajv-draft-04';

/** @returns undefined for a body that fits its model, otherwise `[…]` naming each field that does not */
export type BodyValidator = (body: string) => string | undefined;

/**
 * Models are JSON Schema draft 4, and may refer to each other by
 * `https://apigateway.amazonaws.com/restapis/<api>/models/<name>`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
 * @returns a function that gives the validator of a model, or throws naming a model that is not there
 */
export function createBodyValidator(
  restApiId: string,
  models: ReadonlyMap<string, unknown>,
): (model: string) => BodyValidator {
  // Formats are not checked by API Gateway, and keywords it does not know it ignores.
  const ajv = new ajvDraft04.default({ allErrors: true, strict: false, validateFormats: false });
  const urlOf = (model: string): string =>
    `https://apigateway.amazonaws.com/restapis/${restApiId}/models/${model}`;
  for (const [name, schema] of models) {
    if (typeof schema !== 'object' || schema === null) {
      throw new Error(`model ${name} has no schema`);
    }
    ajv.addSchema(schema, urlOf(name));
  }
  return (model) => (body) => {
    const validate = ajv.getSchema(urlOf(model));
    if (!validate) throw new Error(`there is no model ${model}`);
    let value: unknown;
    try {
      value = JSON.parse(body);
    } catch {
      return body === '' ? '[the body is missing]' : '[the body is not JSON]';
    }
    if (validate(value) === true) return undefined;
    return `[${(validate.errors ?? []).map(describe).join('; ')}]`;
  };
}

/** `stores/0/prefix must match pattern …`; the text of AWS names no field, so ours is clearer on purpose. */
function describe({ instancePath, message, params }: ErrorObject): string {
  const field = instancePath.slice(1) || 'the body';
  const extra =
    'additionalProperty' in params
      ? ` (${params.additionalProperty})`
      : 'allowedValues' in params
        ? ` (${params.allowedValues})`
        : '';
  return `${field} ${message ?? 'is not valid'}${extra}`;
}
