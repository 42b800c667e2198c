import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const HEADER_BYTES = 100;
const MAGIC = 'SQLite format 3\0';

/**
 * What is wrong with a database file, or undefined. It sees a file that is no database, is empty, or is truncated; it does
 * not read the pages.
 */
export function sqliteFault(file: string): string | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    const read = readSync(descriptor, header, 0, HEADER_BYTES, 0);
    const { size } = fstatSync(descriptor);
    if (size === 0) return 'it is empty';
    if (read < HEADER_BYTES || header.toString('latin1', 0, MAGIC.length) !== MAGIC) return 'it is no SQLite database';
    return isCutOff(header, size) ? 'its end is missing' : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** https://www.sqlite.org/fileformat2.html: the size in pages counts only if the two change counters are equal. */
function isCutOff(header: Buffer, sizeBytes: number): boolean {
  const written = header.readUInt16BE(16);
  const pageBytes = written === 1 ? 65_536 : written;
  const isSizeValid = header.readUInt32BE(24) === header.readUInt32BE(92);
  return isSizeValid && sizeBytes < pageBytes * header.readUInt32BE(28);
}
