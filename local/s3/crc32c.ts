/** Castagnoli's polynomial, bits reflected. */
export const CRC32C_POLYNOMIAL = 0x82f63b78;

const TABLES = buildTables();

/** Goes on from the CRC-32C of what came before; 0 to begin. Eight bytes a step (slicing-by-8). */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const t = TABLES;
  let crc = ~before;
  let at = 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (; at + 8 <= bytes.length; at += 8) {
    const x = crc ^ view.getInt32(at, true);
    const y = view.getInt32(at + 4, true);
    crc =
      look(t, 7, x & 255) ^
      look(t, 6, (x >>> 8) & 255) ^
      look(t, 5, (x >>> 16) & 255) ^
      look(t, 4, x >>> 24) ^
      look(t, 3, y & 255) ^
      look(t, 2, (y >>> 8) & 255) ^
      look(t, 1, (y >>> 16) & 255) ^
      look(t, 0, y >>> 24);
  }
  for (; at < bytes.length; at += 1) {
    crc = (crc >>> 8) ^ look(t, 0, (crc ^ view.getUint8(at)) & 255);
  }
  return ~crc >>> 0;
}

function look(tables: Int32Array, slice: number, byte: number): number {
  return tables[slice * 256 + byte] as number;
}

function buildTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc >>> 1) ^ (crc & 1 ? CRC32C_POLYNOMIAL : 0);
    }
    tables[byte] = crc;
  }
  for (let index = 256; index < tables.length; index += 1) {
    const previous = tables[index - 256] as number;
    tables[index] = (previous >>> 8) ^ (tables[previous & 255] as number);
  }
  return tables;
}
