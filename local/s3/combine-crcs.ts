/** One reflected CRC with all-ones start and final inversion, as zlib's; `width` in bits. */
export interface CrcKind {
  readonly width: 32 | 64;
  readonly polynomial: bigint;
}

/**
 * The CRC of `A` followed by `B`, from the CRC of each and the length of `B` in bytes: this is what makes a multipart
 * upload's full-object checksum independent of its parts, without reading them again. As `crc32_combine` of zlib.
 */
export function combineCrcs(kind: CrcKind, crcA: bigint, crcB: bigint, lengthB: number): bigint {
  return multiply(kind, powerOfX(kind, lengthB * 8), crcA) ^ crcB;
}

/** x^exponent modulo the polynomial. Bit `width - 1` is x^0. */
function powerOfX(kind: CrcKind, exponent: number): bigint {
  const one = 1n << BigInt(kind.width - 1);
  let power = one;
  let square = one >> 1n;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = multiply(kind, square, power);
    square = multiply(kind, square, square);
  }
  return power;
}

function multiply(kind: CrcKind, left: bigint, right: bigint): bigint {
  let product = 0n;
  let shifted = right;
  for (let mask = 1n << BigInt(kind.width - 1); mask > 0n; mask >>= 1n) {
    if (left & mask) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ kind.polynomial : shifted >> 1n;
  }
  return product;
}
