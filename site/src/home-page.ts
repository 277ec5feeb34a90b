// The home page, made from the README: its first lines, its list of properties, and its first example for each framework.
import type { Page } from './page.ts';
import { readProperties, readSections, readTagline } from './readme.ts';

const frameworks = ['Express', 'Koa', 'Fastify', 'Hono', 'Next.js', 'Any other server'];
/** Sections of the README that the page repeats. */
const repeated = ['How a request is authenticated', 'Packages'];

/** @param base the path of the site */
export function homePage({ title, markdown }: Page, base: string): string {
  const tagline = readTagline(markdown);
  const frontmatter = {
    layout: 'home',
    title,
    titleTemplate: false,
    description: tagline,
    hero: {
      name: title,
      tagline,
      image: { src: '/logo.svg', alt: '' },
      actions: [
        { theme: 'brand', text: 'Get started', link: '/start/' },
        { theme: 'alt', text: 'Guides', link: '/guides/' },
        { theme: 'alt', text: 'Reference', link: '/reference/' },
      ],
    },
    features: readProperties(markdown).map(({ title, details }) => ({ title, details: inlineHtml(details, base) })),
  };
  const sections = readSections(markdown);
  return [
    `---\n${JSON.stringify(frontmatter)}\n---`,
    '## The first lines',
    firstExamples(sections),
    ...repeated.flatMap((name) => {
      const body = sections.get(name);
      return body === undefined ? [] : [`## ${name}`, body];
    }),
  ].join('\n\n');
}

/** The first example of each framework's section, as tabs. */
function firstExamples(sections: ReadonlyMap<string, string>): string {
  const blocks = frameworks.flatMap((name) => {
    const [, language, code] = /```(tsx?)\n([\s\S]+?)```/.exec(sections.get(name) ?? '') ?? [];
    return code === undefined ? [] : [`\`\`\`${language} [${name}]\n${code}\`\`\``];
  });
  if (blocks.length === 0) {
    throw new Error(`README.md has no example in a section that is named after a framework: ${frameworks.join(', ')}.`);
  }
  return ['::: code-group', ...blocks, ':::'].join('\n\n');
}

/** VitePress expects HTML in these places. */
function inlineHtml(markdown: string, base: string): string {
  return markdown
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\[([^\]]+)\]\(\/([^)]*)\)/g, `<a href="${base}$2">$1</a>`)
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, '<a href="$2">$1</a>');
}
