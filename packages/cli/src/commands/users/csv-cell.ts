// A spreadsheet runs what begins with one of these, whoever wrote it into their own name (OWASP, "CSV Injection"). Full-width
// forms count, since some spreadsheets take them for the same.
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** The text as a cell that no spreadsheet runs: an apostrophe goes before it. {@link textOfCell} takes it away again. */
export function cellOf(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** The text that a cell stands for. */
export function textOfCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
