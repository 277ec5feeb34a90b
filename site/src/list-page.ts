// The page that lists the pages of a section.
import type { PlacedSection } from './collect.ts';
import { createPage, type Page } from './page.ts';

export function listPage({ title, address, groups }: PlacedSection, intro: string): Page {
  const lines = [`# ${title}`, '', intro, ''];
  for (const group of groups) {
    if (group.title !== undefined && groups.length > 1) lines.push(`## ${group.title}`, '');
    for (const { text, address, description } of group.pages)
      lines.push(`- [${text}](${address}): ${asText(description)}`);
    lines.push('');
  }
  return createPage(`list of ${title}`, address, lines.join('\n'));
}

/** Descriptions are plain text: what looks like markup in them must stay text. */
function asText(text: string): string {
  return text.replace(/[\\`*_[\]<>]/g, '\\$&');
}
