// Where the site is published: `homepage` of the repository's package.json. Everything else is derived from it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../../scripts/workspace.ts';

export interface SiteAddress {
  /** `https://torii.so/docs/typescript`, without a slash at the end. */
  readonly url: string;
  /** The path of the home page, with a slash at both ends: `/docs/typescript/`. */
  readonly base: string;
}

export function readSiteAddress(root: string = repository): SiteAddress {
  const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (typeof homepage !== 'string' || !/^https:\/\/[^?#]+[^/?#]$/.test(homepage)) {
    throw new Error(
      `\`homepage\` in package.json cannot be used: ${JSON.stringify(homepage)}. Write the https address of the site, without a slash at the end.`,
    );
  }
  const { pathname } = new URL(homepage);
  return { url: homepage, base: pathname === '/' ? '/' : `${pathname}/` };
}

/** The address of a page within the site: `/tokens` for docs/tokens.md. */
export function addressOf(source: string): string {
  const special = specialAddresses[source];
  if (special !== undefined) return special;
  const path = source.replace(/\.md$/, '').replace(/(^|\/)README$/, '');
  const place = path.startsWith('docs/') ? path.slice('docs'.length) : `/${path}`;
  return place.replace(/\/index$/, '/');
}

const specialAddresses: Readonly<Record<string, string>> = {
  'README.md': '/',
  'SECURITY.md': '/security',
  'CONTRIBUTING.md': '/contributing',
  'CODE_OF_CONDUCT.md': '/code-of-conduct',
  'conformance/README.md': '/packages/conformance',
  'packages/api/api.md': '/rest-methods',
};

/** The name of a page's file, without its ending: `tokens`, `start/index`. */
export function fileOf(address: string): string {
  return address.slice(1) + (address.endsWith('/') ? 'index' : '');
}
