import { printable, withoutSecrets } from './output/printable.ts';
import type { Setting } from './settings.ts';

/** The place of a setting, as the end of a sentence: `from .env`. */
export function placeOf({ origin }: Setting, flag: string | undefined, settingsFile: string | undefined): string {
  if (origin === '.env') return 'from .env';
  if (origin === 'environment') return 'from the environment';
  return flag === undefined ? `from ${printable(settingsFile ?? 'the settings file')}` : `from ${flag}`;
}

/** Describes a URL without the parts that can hold a secret. A text that is not a URL is not quoted at all. */
export function shownUrl(text: string): string {
  if (text.trim() === '') return 'empty';
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) return 'not a URL';
  const { protocol, host, pathname, username, password, search } = new URL(text);
  const login = username === '' && password === '' ? '' : '[login]@';
  // A password with a slash that was not encoded: https://user:123/secret@host.
  const shownPath = /@|%40/.test(pathname) ? '/…' : pathname;
  const path = shownPath === '/' ? '' : shownPath;
  const shown = `${protocol}//${login}${host}${path}${search === '' ? '' : '?…'}`;
  return withoutSecrets(printable(shown)).slice(0, 200);
}

/** Long enough that the last four characters do not help to guess the rest. */
const shortestWithEnd = 24;

/**
 * Describes a key by its kind and, if it is long, by its last four characters, so that it can be found in the dashboard.
 */
export function shownKey(text: string): string {
  const [, kind, rest = ''] = /^sk_(live|test)_([\w.~+/=-]+)$/.exec(text) ?? [];
  if (kind !== undefined) {
    const end = rest.length < shortestWithEnd ? '' : ` that ends in ${rest.slice(-4)}`;
    return `a ${kind} key${end}`;
  }
  if (text.trim() === '') return 'empty';
  if (/^pk_/.test(text)) return 'a publishable key (pk_…)';
  if (/^whsec_/.test(text)) return 'a webhook secret (whsec_…)';
  return 'not a secret key';
}
