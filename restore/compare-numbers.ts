const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/;

/** A number that is not 0 is ± 0.`digits` x 10^`exponent`, and `digits` neither begins nor ends with 0. */
interface Decimal {
  readonly sign: number;
  readonly digits: string;
  readonly exponent: number;
}

/** True for a number as DynamoDB writes it. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

/**
 * Orders numbers as DynamoDB does, by their value. Their 38 digits do not fit a JavaScript number.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
 * @throws TypeError for what is no number
 */
export function compareNumbers(a: string, b: string): number {
  const [one, other] = [decimal(a), decimal(b)];
  if (one.sign !== other.sign) return one.sign - other.sign;
  if (one.exponent !== other.exponent) return one.sign * (one.exponent - other.exponent);
  if (one.digits === other.digits) return 0;
  // Fractions behind the same point: as texts they are in the order of their values.
  return one.digits < other.digits ? -one.sign : one.sign;
}

function decimal(text: string): Decimal {
  const [, minus, whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  if (minus === undefined) throw new TypeError('not a number of DynamoDB');
  const significant = (whole + fraction).replace(/^0+/, '');
  const digits = significant.replace(/0+$/, '');
  if (digits === '') return { sign: 0, digits, exponent: 0 };
  const leadingZeros = whole.length + fraction.length - significant.length;
  return {
    sign: minus === '' ? 1 : -1,
    digits,
    exponent: whole.length - leadingZeros + Number(exponent),
  };
}
