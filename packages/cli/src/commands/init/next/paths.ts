// Chooses paths for the new pages and routes that the app does not use yet.

export interface NewPaths {
  readonly me: string;
  readonly account: string;
  readonly signIn: string;
}

/** The paths in the examples. */
const usual: NewPaths = { me: '/api/me', account: '/account', signIn: '/sign-in' };
const other: NewPaths = { me: '/api/torii/me', account: '/torii-account', signIn: '/torii-sign-in' };

/** @param taken the paths that the app has already */
export function choosePaths(taken: readonly string[]): NewPaths {
  const choose = (name: keyof NewPaths): string => (taken.includes(usual[name]) ? other : usual)[name];
  return { me: choose('me'), account: choose('account'), signIn: choose('signIn') };
}

/** Writes the paths into the text of an example. */
export function writePaths(text: string, paths: NewPaths): string {
  return (['me', 'account', 'signIn'] as const).reduce(
    (result, name) => result.replaceAll(usual[name], paths[name]),
    text,
  );
}
