/** A tar is a sequence of blocks of this size: one for each header, then the content, filled up with zeros. */
export const TAR_BLOCK_BYTES = 512;

/** What eleven octal digits hold, 8 GiB less one byte: larger files need an extended header, and no packed member is. */
const SIZE_MAX = 8 ** 11 - 1;

/**
 * The POSIX `ustar` header of a regular file that belongs to nobody and was written in 1970: equal names and sizes are
 * equal bytes. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 * @param name at most 100 characters of ASCII
 * @throws RangeError when name or size do not fit
 */
export function tarHeader(name: string, size: number): Buffer {
  if (name.length > 100 || size > SIZE_MAX)
    throw new RangeError(`a member of ${size} bytes and a name of ${name.length} fits no tar`);
  const header = Buffer.alloc(TAR_BLOCK_BYTES);
  const octal = (value: number, offset: number, digits: number) =>
    header.write(value.toString(8).padStart(digits, '0'), offset, 'latin1');
  header.write(name, 0, 'latin1');
  octal(0o644, 100, 7); // mode
  octal(0, 108, 7); // user
  octal(0, 116, 7); // group
  octal(size, 124, 11);
  octal(0, 136, 11); // modified
  header.write('        ', 148, 'latin1'); // its own checksum counts as spaces
  header.write('0', 156, 'latin1'); // a regular file
  header.write('ustar\x0000', 257, 'latin1');
  octal(0, 329, 7); // device
  octal(0, 337, 7);
  let checksum = 0;
  for (const byte of header) checksum += byte;
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}
