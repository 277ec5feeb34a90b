import { type Emulator, startEmulator } from '../src/index.ts';
import { provisionalPaths } from '../src/provisional-paths.ts';
import { publishedNames } from '../src/published-paths.ts';
import type { TokenAnswer } from '../src/sessions/access-tokens.ts';

export const login = { email: 'ada@example.com', password: 'correct horse' };

/** The origin of the app in the browser. */
export const appOrigin = 'http://127.0.0.1:4000';

/** Starts an emulator with one user that allows the origin of the app. */
export async function startWithUser(): Promise<{ readonly torii: Emulator; readonly userId: string }> {
  const torii = await startEmulator({ allowedOrigins: [appOrigin] });
  const { id } = await torii.createUser(login);
  return { torii, userId: id };
}

interface Send {
  readonly method?: string;
  readonly cookie?: string | undefined;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a request as a browser does, without following redirects. */
export function send(torii: Emulator, path: string, { method, cookie, form, headers }: Send = {}): Promise<Response> {
  return fetch(torii.issuer + path, {
    method: method ?? (form ? 'POST' : 'GET'),
    redirect: 'manual',
    headers: { ...(cookie !== undefined && { cookie }), ...headers },
    ...(form && { body: new URLSearchParams(form) }),
  });
}

/** Signs in with the form. Returns the Cookie header for later requests. */
export async function signInWithForm(torii: Emulator): Promise<string> {
  const response = await send(torii, provisionalPaths.signIn, { form: login });
  const [cookie = ''] = response.headers.getSetCookie();
  return cookie.split(';', 1)[0] ?? '';
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
