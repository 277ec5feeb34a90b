import { RegexSet } from './regex-set.ts';

/** Resources that have little in common, most of them of several segments: what matches nearly all matches anything. */
const probes = [
  ...['x', 'admin', 'é', 'sales/invoices/17', '0/~/A-b_c', 'users/7/roles'],
  ...['reports/2024/q1.pdf', 'a/b/c/d/e', 'Admin/Users', 'x/y z'],
];
/** How many of them are nearly all: an expression that leaves out one letter misses a few. */
const nearlyAll = 7;

/** What is odd about a regular expression that can be used. */
export function lintRegex(source: string): readonly (readonly [kind: 'dangerous' | 'dead', message: string])[] {
  const danger = dangerOf(source);
  const isDead = /^\^?\/(?![*?{])/.test(source) && !source.includes('|');
  return [
    ...(danger === undefined ? [] : [['dangerous', danger] as const]),
    ...(isDead ? [['dead', 'a resource has no slash in front'] as const] : []),
  ];
}

function dangerOf(source: string): string | undefined {
  const matchesBelow = matcherOf(source);
  if (matchesBelow('')) return 'it matches everything, or nearly';
  const [, below = ''] = /^\^?(?:\(\?[a-zA-Z]+\))?((?:[A-Za-z0-9_-]+\/)+)/.exec(source) ?? [];
  if (below !== '' && matchesBelow(below)) return `it matches everything below "${below}", or nearly`;
  if (/(?:^|[^\\])\.[*+{]/.test(source)) return 'a dot matches slashes too: for one segment write [^/]+';
  if (leavesOutLetters(source)) {
    return 'what it leaves out may come in capitals or in small letters, which Express and Koa take for the same';
  }
  return undefined;
}

function matcherOf(source: string): (below: string) => boolean {
  const set = new RegexSet();
  set.add({ text: source, method: '*', resource: { kind: 'regex', source } }, source);
  return (below) => probes.filter((probe) => set.find(below + probe, 'GET') !== undefined).length >= nearlyAll;
}

/** True for a class that excludes letters, such as `[^a]`, where case counts; escapes such as `[^\d]` stand for none. */
function leavesOutLetters(source: string): boolean {
  if (source.startsWith('(?i)')) return false;
  return [...source.matchAll(/\[\^((?:\\.|[^\]])+)\]/g)].some(([, excluded = '']) =>
    /\p{L}/u.test(excluded.replace(/\\.|\[:\^?\w+:/g, '')),
  );
}
