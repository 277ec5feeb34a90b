import { docsHome } from '@torii/core/internal';

/** Turns Markdown of the catalog into text for a terminal: a link becomes its text and its address. */
export function plainText(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]*)\]\(([^)]*)\)/g, (_link, text: string, target: string) => `${text} (${addressOf(target)})`)
    .replaceAll('**', '');
}

/** Turns a link between files, such as `current-auth.md#cost`, into the URL of the page. */
function addressOf(target: string): string {
  if (target.startsWith('#')) return `${docsHome}/troubleshooting${target}`;
  const [path = '', anchor] = target.split('#');
  const place = path.replace(/^\.\.\//, '').replace(/(?:\/README)?\.md$/, '');
  return `${docsHome}/${place}${anchor === undefined ? '' : `#${anchor}`}`;
}
