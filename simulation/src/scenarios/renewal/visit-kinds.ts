/** The app's origins. Pages of both may send the token cookie with POST. */
export const appOrigin = 'https://app.test';
export const siblingOrigin = 'https://admin.app.test';

interface VisitShape {
  readonly method: 'GET' | 'POST' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  readonly path?: string;
  /** Cookies that are sent besides. */
  readonly cookies?: 'two tokens' | 'two sessions' | 'two marks' | 'a planted session';
  /** Whether docs/decisions/renewal-in-proxy.md says that such a request is renewed. */
  readonly isRenewed: boolean;
}

const html = { accept: 'text/html,*/*' };
const navigation = { ...html, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'sec-fetch-site': 'none' };
const form = {
  ...navigation,
  'content-type': 'application/x-www-form-urlencoded',
  'sec-fetch-site': 'same-origin',
  origin: appOrigin,
};
const script = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'sec-fetch-site': 'same-origin' };
const action = { ...script, 'next-action': '40ab', accept: 'text/x-component', origin: appOrigin };

const get = (headers: Readonly<Record<string, string>>, more: Partial<VisitShape> = {}): VisitShape => ({
  method: 'GET',
  headers,
  isRenewed: false,
  ...more,
});
const post = (headers: Readonly<Record<string, string>>, more: Partial<VisitShape> = {}): VisitShape => ({
  ...get(headers, more),
  method: 'POST',
});

const shapes = {
  navigation: get(navigation, { isRenewed: true }),
  'a link on another site': get({ ...navigation, 'sec-fetch-site': 'cross-site' }, { isRenewed: true }),
  form: post(form, { isRenewed: true }),
  'server action': post(action, { isRenewed: true }),
  'form of an old browser': post(
    { ...html, 'content-type': 'application/x-www-form-urlencoded', origin: appOrigin },
    { isRenewed: true },
  ),
  'prefetch of the browser': get({ ...navigation, 'sec-purpose': 'prefetch' }),
  'prerender of the browser': get({ ...navigation, 'sec-purpose': 'prefetch;prerender' }),
  'prefetch of an old browser': get({ ...navigation, purpose: 'prefetch' }),
  'prefetch of Firefox': get({ ...navigation, 'x-moz': 'prefetch' }),
  'prefetch of Next': get({ ...script, 'next-router-prefetch': '1', rsc: '1' }),
  'navigation of a script': get(navigation, { path: '/_next/data/build/page.json' }),
  'fetch of the app': get(script),
  'image of the app': get({ 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image', 'sec-fetch-site': 'same-origin' }),
  frame: get({ ...navigation, 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'cross-site' }),
  'without Sec-Fetch': get(html),
  HEAD: { ...get(navigation), method: 'HEAD' },
  'form of another site': post({ ...form, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }),
  'form of a sibling origin': post({ ...form, origin: siblingOrigin, 'sec-fetch-site': 'same-site' }),
  'form of an old browser on a sibling origin': post({ ...html, origin: siblingOrigin }),
  'form of a sandbox': post({ ...form, origin: 'null', 'sec-fetch-site': 'cross-site' }),
  'form without Origin': post({ ...html, 'sec-fetch-site': 'same-origin' }),
  'with a bearer token': get({ ...navigation, authorization: 'Bearer a.b.c' }),
  'with a password': post({ ...form, authorization: 'Basic YTpi' }),
  'two token cookies': get(navigation, { cookies: 'two tokens' }),
  'two session cookies': get(navigation, { cookies: 'two sessions' }),
  'two marks': get(navigation, { cookies: 'two marks' }),
  'a planted session cookie': get(navigation, { cookies: 'a planted session' }),
  'the sign-in page': get(navigation, { path: '/sign-in' }),
  'the token route': post(action, { path: '/api/torii/token' }),
  'the issuer route': get(navigation, { path: '/_torii/session' }),
} as const satisfies Readonly<Record<string, VisitShape>>;

export type VisitKind = keyof typeof shapes;

export const visitKinds = Object.keys(shapes) as readonly VisitKind[];
export const renewedKinds: readonly VisitKind[] = visitKinds.filter((kind) => shapes[kind].isRenewed);

export function shapeOf(kind: VisitKind): VisitShape {
  return shapes[kind];
}
