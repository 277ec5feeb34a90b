// What the home page and llms.txt take from the README.
import { plainText } from './page.ts';

export interface Property {
  readonly title: string;
  /** In Markdown. */
  readonly details: string;
}

/** The first paragraph, without markup. */
export function readTagline(readme: string): string {
  const tagline = /^# .+\n\n([\s\S]+?)\n\n/m.exec(readme)?.[1];
  if (tagline === undefined) throw new Error('README.md must begin with a title and a paragraph.');
  return plainText(tagline);
}

/** The list of properties before the first section, with items such as `- **Strict.** Accepts …`. */
export function readProperties(readme: string): readonly Property[] {
  const [intro = ''] = readme.split(/^## /m);
  const properties = [...intro.matchAll(/^- \*\*(.+?)\.?\*\* ([\s\S]+?)(?=\n- |\n\n|\n*$(?![\s\S]))/gm)].map(
    ([, title = '', details = '']) => ({ title, details: details.replace(/\s+/g, ' ').trim() }),
  );
  if (properties.length < 3)
    throw new Error('README.md must begin with a list of properties: `- **Strict.** Accepts …`.');
  return properties;
}

/** The sections, by heading. */
export function readSections(readme: string): ReadonlyMap<string, string> {
  const [, ...sections] = readme.split(/^## /m);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), section.slice(end).trim()];
    }),
  );
}
