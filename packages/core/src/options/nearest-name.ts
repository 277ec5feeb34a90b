const maxLength = 64;

export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > maxLength) return undefined;
  const find = (edits: number): string | undefined =>
    known.find((each) => edits < each.length && isWithin(edits, plain(name), plain(each)));
  return find(0) ?? find(1) ?? find(2);
}

/** The name without differences that are ignored, such as upper case. */
export function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

function isWithin(edits: number, a: string, b: string): boolean {
  if (a === b) return true;
  if (a[0] === b[0]) return isWithin(edits, a.slice(1), b.slice(1));
  const afterEdit = (inA: number, inB: number): boolean => isWithin(edits - 1, a.slice(inA), b.slice(inB));
  const isSwapped = a[0] === b[1] && a[1] === b[0];
  return edits > 0 && (afterEdit(1, 1) || afterEdit(1, 0) || afterEdit(0, 1) || (isSwapped && afterEdit(2, 2)));
}
