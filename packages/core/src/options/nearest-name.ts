const maxLength = 64;

export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (name.length > maxLength) return undefined;
  const find = (edits: number): string | undefined =>
    known.find((each) => edits < each.length && isWithin(edits, plain(name), plain(each)));
  return find(0) ?? find(1) ?? find(2);
}

/** The name without the differences that do not count. */
export function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '');
}

function isWithin(edits: number, a: string, b: string): boolean {
  if (a === b) return true;
  if (a[0] === b[0]) return isWithin(edits, a.slice(1), b.slice(1));
  const skips = [
    [1, 1],
    [1, 0],
    [0, 1],
  ];
  if (a[0] === b[1] && a[1] === b[0]) skips.push([2, 2]);
  return edits > 0 && skips.some(([inA, inB]) => isWithin(edits - 1, a.slice(inA), b.slice(inB)));
}
