/** A tar is a sequence of blocks of this size: one for each header, then the content, filled up with zeros. */
export const TAR_BLOCK_BYTES = 512;

/** What eleven octal digits hold, 8 GiB less one byte: larger files need an extended header, and no packed member is. */
const SIZE_MAX = 8 ** 11 - 1;

/** All that headers have in common: mode, owner, time and kind; the checksum counts as spaces. */
const BLANK = blankHeader();
const BLANK_CHECKSUM = sumOf(BLANK);

/**
 * The POSIX `ustar` header of a regular file that belongs to nobody and was written in 1970: equal names and sizes are
 * equal bytes. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 * @param name at most 100 characters of ASCII
 * @throws RangeError when name or size do not fit
 */
export function tarHeader(name: string, size: number): Buffer {
  if (name.length > 100 || size > SIZE_MAX)
    throw new RangeError(`a member of ${size} bytes and a name of ${name.length} fits no tar`);
  const header = Buffer.from(BLANK);
  header.write(name, 0, 'latin1');
  writeOctal(header, size, 124, 11);
  const checksum =
    BLANK_CHECKSUM + sumOf(header.subarray(0, 100)) + sumOf(header.subarray(124, 135));
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

function blankHeader(): Buffer {
  const header = Buffer.alloc(TAR_BLOCK_BYTES);
  writeOctal(header, 0o644, 100, 7); // mode
  writeOctal(header, 0, 108, 7); // user
  writeOctal(header, 0, 116, 7); // group
  writeOctal(header, 0, 136, 11); // modified
  header.write('        ', 148, 'latin1');
  header.write('0', 156, 'latin1'); // a regular file
  header.write('ustar\x0000', 257, 'latin1');
  writeOctal(header, 0, 329, 7); // device
  writeOctal(header, 0, 337, 7);
  return header;
}

function writeOctal(header: Buffer, value: number, offset: number, digits: number): void {
  header.write(value.toString(8).padStart(digits, '0'), offset, 'latin1');
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return sum;
}
