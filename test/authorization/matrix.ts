/** One cell: who does what where, and what the rules say of it. */
export interface Cell {
  readonly row: string;
  readonly column: string;
  readonly expected: string;
}

/**
 * Reads a table as people write it: the first line names the columns, each further line begins with the name of the row.
 * A cell stands for one word, without blanks.
 */
export function readMatrix(text: string): readonly Cell[] {
  const [head = [], ...rows] = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split('|').map((part) => part.trim()));
  const columns = (head[1] ?? '').split(/\s+/);
  return rows.flatMap(([row = '', cells = '']) => {
    const words = cells.split(/\s+/);
    if (words.length !== columns.length)
      throw new Error(`unable to read the matrix; "${row}" has ${words.length} cells`);
    return columns.map((column, index) => ({ row, column, expected: words[index] ?? '' }));
  });
}
