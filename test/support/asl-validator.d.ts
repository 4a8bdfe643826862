/** The package comes without types of its own. */
declare module 'asl-validator' {
  function validate(definition: unknown): {
    readonly isValid: boolean;
    errorsText(separator?: string): string;
  };
  export = validate;
}
