// What visitors get who may not see something: the table in docs/next-answers.md, which tests compare with real servers.

/** How Next renders pages: with `cacheComponents`, as in new apps, or without it. */
export type Mode = 'classic' | 'cacheComponents';

/** How the browser asks. */
export type Kind = 'page' | 'suspense' | 'navigation' | 'prefetch' | 'action' | 'form' | 'route';

export type Visitor = 'signed out' | 'refused' | 'unavailable';

export interface Row {
  readonly kind: Kind;
  readonly visitor: Visitor;
  /** What the page, the action or the route answers, without a proxy or behind one that lets the request through. */
  readonly alone: Readonly<Record<Mode, string>>;
  /** What the visitor gets if the proxy guards the path too. */
  readonly proxy: Readonly<Record<Mode, string>>;
}

const same = (answer: string) => ({ classic: answer, cacheComponents: answer });

export const rows: readonly Row[] = [
  {
    kind: 'page',
    visitor: 'signed out',
    alone: { classic: '307 to the sign-in page', cacheComponents: '200, redirect in the page' },
    proxy: same('307 to the sign-in page'),
  },
  {
    kind: 'suspense',
    visitor: 'signed out',
    alone: same('200, redirect in the page'),
    proxy: same('307 to the sign-in page'),
  },
  { kind: 'navigation', visitor: 'signed out', alone: same('200, redirect in the page'), proxy: same('401 JSON') },
  { kind: 'prefetch', visitor: 'signed out', alone: same('200, nothing personal'), proxy: same('401 JSON') },
  {
    kind: 'action',
    visitor: 'signed out',
    alone: same('500 with the reason, logged'),
    proxy: same('401 with the reason'),
  },
  {
    kind: 'form',
    visitor: 'signed out',
    alone: same('303 to the sign-in page'),
    proxy: same('303 to the sign-in page'),
  },
  { kind: 'route', visitor: 'signed out', alone: same('401 JSON'), proxy: same('401 JSON') },
  {
    kind: 'page',
    visitor: 'refused',
    alone: { classic: '404', cacheComponents: '200, not-found page' },
    proxy: { classic: '404', cacheComponents: '200, not-found page' },
  },
  { kind: 'suspense', visitor: 'refused', alone: same('200, not-found page'), proxy: same('200, not-found page') },
  { kind: 'navigation', visitor: 'refused', alone: same('200, not-found page'), proxy: same('200, not-found page') },
  { kind: 'prefetch', visitor: 'refused', alone: same('200, nothing personal'), proxy: same('200, nothing personal') },
  {
    kind: 'action',
    visitor: 'refused',
    alone: same('500 with the reason, logged'),
    proxy: same('500 with the reason, logged'),
  },
  { kind: 'form', visitor: 'refused', alone: same('404'), proxy: same('404') },
  { kind: 'route', visitor: 'refused', alone: same('403 JSON'), proxy: same('403 JSON') },
  {
    kind: 'page',
    visitor: 'unavailable',
    alone: { classic: '500 with the reason, logged', cacheComponents: '200 with the reason, logged' },
    proxy: same('503 page'),
  },
  { kind: 'suspense', visitor: 'unavailable', alone: same('200 with the reason, logged'), proxy: same('503 page') },
  { kind: 'navigation', visitor: 'unavailable', alone: same('200 with the reason, logged'), proxy: same('503 JSON') },
  { kind: 'prefetch', visitor: 'unavailable', alone: same('200, nothing personal'), proxy: same('503 JSON') },
  {
    kind: 'action',
    visitor: 'unavailable',
    alone: same('500 with the reason, logged'),
    proxy: same('503 with the reason'),
  },
  { kind: 'form', visitor: 'unavailable', alone: same('500, logged'), proxy: same('503 page') },
  { kind: 'route', visitor: 'unavailable', alone: same('503 JSON'), proxy: same('503 JSON') },
];

const kindTexts: Readonly<Record<Kind, string>> = {
  page: 'page load',
  suspense: 'page load, helper inside `<Suspense>`',
  navigation: 'link to the page',
  prefetch: 'prefetch of the page',
  action: 'server action',
  form: 'server action without JavaScript',
  route: 'route (`withAuth`)',
};

const visitorTexts: Readonly<Record<Visitor, string>> = {
  'signed out': 'signed out',
  refused: 'refused by a check',
  unavailable: 'keys unavailable',
};

/** The table as Markdown. */
export function tableText(): string {
  const head = [
    '| visitor | request | `cacheComponents` | without it | with the proxy |',
    '| --- | --- | --- | --- | --- |',
  ];
  const lines = rows.map(({ kind, visitor, alone, proxy }) => {
    const { classic, cacheComponents } = proxy;
    const guarded = classic === cacheComponents ? classic : 'as without';
    return `| ${visitorTexts[visitor]} | ${kindTexts[kind]} | ${alone.cacheComponents} | ${alone.classic} | ${guarded} |`;
  });
  return [...head, ...lines].join('\n');
}
