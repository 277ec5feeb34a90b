// A page of the site, with the title and description from its text.
import { descriptions } from './descriptions.ts';
import { replaceOutsideCode } from './markdown-code.ts';

export interface Page {
  /** The file of the repository that the page is made from, or the name of a generated page: `reference/core`. */
  readonly source: string;
  /** Its address within the site: `/tokens`. */
  readonly address: string;
  readonly title: string;
  /** What it answers: from descriptions.ts, or its first sentence without markup. */
  readonly description: string;
  /** Links to other pages begin with a slash: `/tokens#claims`. */
  readonly markdown: string;
}

export function createPage(source: string, address: string, markdown: string): Page {
  const title = /^# +(.+)$/m.exec(markdown)?.[1];
  if (title === undefined) throw new Error(`${source} has no title. Begin it with a line \`# Title\`.`);
  return {
    source,
    address,
    title: plainText(title),
    description: descriptions[source] ?? firstSentence(markdown),
    markdown,
  };
}

/** Removes `<!-- … -->` outside of code. */
export function withoutComments(markdown: string): string {
  return replaceOutsideCode(markdown, /<!--[\s\S]*?-->\n?/g, () => '').trimStart();
}

/** The text of a line of Markdown without links, emphasis and code marks. */
export function plainText(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function firstSentence(markdown: string): string {
  const paragraph = markdown.split(/\n{2,}/).find((block) => /^[^#`|<\-!\s>]/.test(block) || /^`[^`]/.test(block));
  const text = plainText(paragraph ?? '');
  const sentence = /^(?:\([^)]*\)|[^(]){20,}?[.:?](?= |$)/.exec(text)?.[0] ?? text;
  return sentence.replace(/:$/, '.');
}
