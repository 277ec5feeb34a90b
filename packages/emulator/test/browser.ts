import { type Emulator, type EmulatorEnvironment, type EmulatorOptions, startEmulator } from '../src/index.ts';
import { provisionalPaths } from '../src/provisional-paths.ts';
import { publishedNames, publishedPaths } from '../src/published-paths.ts';
import type { TokenAnswer } from '../src/sessions/access-tokens.ts';

export const login = { email: 'ada@example.com', password: 'correct horse' };

/** The origin of the app in the browser. */
export const appOrigin = 'http://127.0.0.1:4000';

/** Starts an emulator with one user that allows the origin of the app. */
export async function startWithUser(
  options: EmulatorOptions = {},
): Promise<{ readonly torii: Emulator; readonly userId: string }> {
  const torii = await startEmulator({ allowedOrigins: [appOrigin], ...options });
  const { id } = await torii.createUser(login);
  return { torii, userId: id };
}

interface Send {
  readonly method?: string;
  readonly cookie?: string | undefined;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly bearer?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request as a browser does, without following redirects. */
export function send(
  torii: EmulatorEnvironment,
  path: string,
  { method, cookie, form, json, bearer, headers }: Send = {},
): Promise<Response> {
  return fetch(torii.issuer + path, {
    method: method ?? (form || json !== undefined ? 'POST' : 'GET'),
    redirect: 'manual',
    headers: {
      ...(cookie !== undefined && { cookie }),
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(form && { body: new URLSearchParams(form) }),
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
}

/** Signs in with the form. Returns the Cookie header for later requests. */
export async function signInWithForm(torii: EmulatorEnvironment): Promise<string> {
  return cookieFrom(await send(torii, provisionalPaths.signIn, { form: login }));
}

/** The Cookie header for later requests, with the session cookie that a response set. */
export function cookieFrom(response: Response): string {
  const [cookie = ''] = response.headers.getSetCookie();
  return cookie.split(';', 1)[0] ?? '';
}

interface SignedIn extends TokenAnswer {
  /** The Cookie header for later requests. */
  readonly cookie: string;
}

/** Signs in with JSON, as Torii's own components do. */
export async function logIn(torii: EmulatorEnvironment, credentials: object = login): Promise<SignedIn> {
  const response = await send(torii, publishedPaths.login, { json: credentials });
  return { ...(await readToken(response)), cookie: cookieFrom(response) };
}

/** Signs in as an app without cookies. Returns the header for later requests. */
export async function logInNatively(
  torii: EmulatorEnvironment,
): Promise<TokenAnswer & { readonly headers: Readonly<Record<string, string>> }> {
  const response = await send(torii, `${publishedPaths.login}?_is_native=1`, { json: login });
  const token = response.headers.get(publishedNames.sessionTokenHeader) ?? '';
  return { ...(await readToken(response)), headers: { [publishedNames.sessionTokenHeader]: token } };
}

export function askForToken(torii: Emulator, send: Omit<Send, 'form'>): Promise<Response> {
  return fetch(torii.issuer + provisionalPaths.accessToken, {
    method: 'POST',
    headers: { ...(send.cookie !== undefined && { cookie: send.cookie }), ...send.headers },
  });
}

export async function readToken(response: Response): Promise<TokenAnswer> {
  return (await response.json()) as TokenAnswer;
}

export function cookieOf(secret: string): string {
  return `${publishedNames.sessionCookie}=${secret}`;
}
