// What visitors get who may not see something: the table of docs/next-answers.md, and what the tests compare with real servers.

/** How Next renders pages: with `cacheComponents` or without it. */
export const modes = ['classic', 'cacheComponents'] as const;
export type Mode = (typeof modes)[number];

export const requests = {
  page: 'a page is loaded that calls `protect` (with `cacheComponents`: `instant = false`)',
  suspense: 'a page is loaded that calls `protect` inside `<Suspense>`',
  navigation: 'a link to the page is followed in the browser',
  prefetch: 'a link to the page is prefetched',
  action: 'a server action is called',
  form: 'a form calls a server action without JavaScript',
  route: 'a route of `withAuth` is requested',
} as const;
export type RequestKind = keyof typeof requests;

export const visitors = {
  'signed out': 'signed out',
  refused: 'refused by a check',
  unavailable: 'the keys cannot be fetched',
} as const;
export type Visitor = keyof typeof visitors;

export interface Row {
  readonly request: RequestKind;
  readonly visitor: Visitor;
  readonly alone: Readonly<Record<Mode, string>>;
  readonly proxy: Readonly<Record<Mode, string>>;
}

export const rows: readonly Row[] = [];
