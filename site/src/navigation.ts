// The navigation bar and the sidebars, in the form that VitePress reads.
import { fileOf } from './address.ts';
import type { PlacedSection } from './collect.ts';

export interface NavItem {
  readonly text: string;
  readonly link?: string;
  readonly activeMatch?: string;
  readonly items?: readonly NavItem[];
}

export interface SidebarItem {
  readonly text?: string;
  readonly link?: string;
  readonly items?: readonly SidebarItem[];
}

/** The number of sections in the bar. The others are in its menu "More". */
const shown = 5;

export function navigationBar(sections: readonly PlacedSection[]): readonly NavItem[] {
  const items = sections
    .filter(({ groups }) => groups.length > 0)
    .map((section) => ({ text: section.title, link: section.address, activeMatch: matchOf(section) }));
  return items.length <= shown ? items : [...items.slice(0, shown), { text: 'More', items: items.slice(shown) }];
}

/**
 * The sidebars, by the prefixes of the paths on which they are shown. VitePress writes each sidebar into the page script once per
 * prefix, so few prefixes keep the script small: a folder is one prefix, and `/` is for the section with the most other pages.
 */
export function sidebars(sections: readonly PlacedSection[]): Readonly<Record<string, readonly SidebarItem[]>> {
  const entries = sections.flatMap((section) => {
    const pages = section.groups.flatMap(({ pages }) => pages);
    if (pages.length < 2) return [];
    const files = [section.address, ...pages.map(({ address }) => address)].map((address) => `/${fileOf(address)}.md`);
    const beginnings = new Set(files.map((file) => file.slice(0, file.indexOf('/', 1) + 1) || file));
    return [{ sidebar: sidebarOf(section), beginnings: [...beginnings] }];
  });
  const single = ({ beginnings }: (typeof entries)[number]) => beginnings.filter((each) => each.endsWith('.md')).length;
  const largest = entries.toSorted((a, b) => single(b) - single(a))[0];
  const keyed = entries.flatMap((entry) => {
    const beginnings = entry === largest ? entry.beginnings.filter((each) => each.endsWith('/')) : entry.beginnings;
    return beginnings.map((each) => [each, entry.sidebar] as const);
  });
  // `/` must be last: of prefixes with the same number of slashes, VitePress uses the first that matches.
  return Object.fromEntries(largest === undefined ? keyed : [...keyed, ['/', largest.sidebar] as const]);
}

function sidebarOf({ title, groups }: PlacedSection): readonly SidebarItem[] {
  return groups.map((group) => ({
    text: group.title ?? title,
    items: group.pages.map(({ text, address }) => ({ text, link: address })),
  }));
}

/** A pattern that matches the pages of a section, so that the bar marks the section. */
function matchOf({ address, groups }: PlacedSection): string {
  const addresses = [address, ...groups.flatMap(({ pages }) => pages.map((page) => page.address))];
  return `^(?:${[...new Set(addresses)].map((each) => each.replace(/[.+@]/g, '\\$&')).join('|')})$`;
}
