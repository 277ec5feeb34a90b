// Signs a user in with a real browser, and measures the steps between the click and the page.
import type { Browser, Page, Request } from 'playwright-core';

/** The steps, in the order in which they happen. */
export const signInSteps = [
  'Torii checks the password, and redirects',
  'the sign-in page loads and starts',
  'Torii issues a token',
  'the token route verifies and stores it',
  'the protected page loads',
] as const;

export interface SignIn {
  /** The address of the app. */
  readonly app: string;
  /** A page that needs a signed-in user, and has a heading. */
  readonly path: string;
  readonly email: string;
  readonly password: string;
}

/** In milliseconds. */
export interface SignInTimes {
  /** The durations of `signInSteps`, in the same order. */
  readonly steps: readonly number[];
  /** Until the page is shown to a user whose token cookie has expired, but whose session at Torii has not. */
  readonly returned: number;
}

export async function measureSignIn(browser: Browser, given: SignIn): Promise<SignInTimes> {
  const { app, path, email, password } = given;
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(app + path);
    await page.getByRole('button', { name: /^Sign in/ }).click();
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(password);
    const stored = answered(page, (url) => url.pathname.endsWith('/api/torii/token'));
    const issued = answered(page, (url) => url.pathname.endsWith('/access-token'));
    const returned = page.waitForRequest((request) => request.isNavigationRequest() && isPath(request, '/sign-in'));
    const begunAt = performance.now();
    await page.getByRole('button', { name: 'Sign in' }).click({ noWaitAfter: true });
    await returned;
    const ends = [performance.now()];
    for (const { begun, ended } of [issued, stored]) {
      if (ends.length === 1) ends.push(await begun);
      ends.push(await ended);
    }
    await page.waitForURL(app + path);
    await page.getByRole('heading').first().waitFor();
    ends.push(performance.now());
    const steps = ends.map((end, index) => end - (ends[index - 1] ?? begunAt));
    return { steps, returned: await measureReturn(page, given) };
  } finally {
    await context.close();
  }
}

async function measureReturn(page: Page, { app, path }: SignIn): Promise<number> {
  // An open page would set the cookie again.
  await page.waitForLoadState('networkidle');
  await page.goto('about:blank');
  await page.context().clearCookies({ name: /torii_token$/ });
  const begunAt = performance.now();
  await page.goto(app + path, { waitUntil: 'commit' });
  await page.waitForURL(app + path);
  await page.getByRole('heading').first().waitFor();
  return performance.now() - begunAt;
}

/** The times at which the page's next POST request begins and ends. */
function answered(page: Page, isWanted: (url: URL) => boolean): { begun: Promise<number>; ended: Promise<number> } {
  const isIt = (request: Request) => request.method() === 'POST' && isWanted(new URL(request.url()));
  const begun = page.waitForRequest(isIt).then(() => performance.now());
  const ended = page.waitForEvent('requestfinished', isIt).then(() => performance.now());
  return { begun, ended };
}

function isPath(request: Request, path: string): boolean {
  return new URL(request.url()).pathname === path;
}
