import { RegexSet } from './regex-set.ts';

const probes = [
  ...['x', 'admin', 'é', 'sales/invoices/17', '0/~/A-b_c', 'users/7/roles'],
  ...['reports/2024/q1.pdf', 'a/b/c/d/e', 'Admin/Users', 'x/y z'],
];
// An expression that matches at least this many of the ten samples is reported. Not ten, because an expression such as
// `[^x]+`, which excludes one letter, misses a few samples.
const nearlyAll = 7;

export function lintRegex(source: string): readonly (readonly [kind: 'dangerous' | 'dead', message: string])[] {
  const danger = dangerOf(source);
  const isDead = /^\^?\/(?![*?{])/.test(source) && !source.includes('|');
  return [
    ...(danger === undefined ? [] : [['dangerous', danger] as const]),
    ...(isDead ? [['dead', 'a resource never starts with a slash. Remove it'] as const] : []),
  ];
}

function dangerOf(source: string): string | undefined {
  const matchesBelow = matcherOf(source);
  if (matchesBelow('')) return 'the regular expression matches everything or nearly everything';
  const [, below = ''] = /^\^?(?:\(\?[a-zA-Z]+\))?((?:[A-Za-z0-9_-]+\/)+)/.exec(source) ?? [];
  if (below !== '' && matchesBelow(below))
    return `the regular expression matches everything or nearly everything below "${below}"`;
  if (/(?:^|[^\\])\.[*+{]/.test(source)) return 'a dot also matches slashes. Write [^/]+ for one segment';
  if (leavesOutLetters(source)) {
    return 'the excluded letters still match in the other case, which Express and Koa route alike. Start with (?i)';
  }
  return undefined;
}

function matcherOf(source: string): (below: string) => boolean {
  const set = new RegexSet();
  set.add({ text: source, method: '*', resource: { kind: 'regex', source } }, source, 0);
  set.compile();
  return (below) => probes.filter((probe) => set.find(below + probe, 'GET') !== undefined).length >= nearlyAll;
}

function leavesOutLetters(source: string): boolean {
  if (source.startsWith('(?i)')) return false;
  return [...source.matchAll(/\[\^((?:\\.|[^\]])+)\]/g)].some(([, excluded = '']) =>
    /\p{L}/u.test(excluded.replace(/\\.|\[:\^?\w+:/g, '')),
  );
}
