// The home page, made from the README: its first lines and its list of properties. The examples are those of the packages' READMEs.
import type { Page } from './page.ts';
import { readProperties, readSections, readTagline } from './readme.ts';

/** The tabs: a title, and the first code block of a README that contains a text. */
const examples = [
  ['Express', 'packages/express/README.md', 'requireAuth('],
  ['Koa', 'packages/koa/README.md', 'requireAuth('],
  ['Fastify', 'packages/fastify/README.md', 'requireAuth('],
  ['Hono', 'packages/hono/README.md', 'requireAuth('],
  ['Next.js', 'packages/next/README.md', 'withAuth('],
  ['Any other server', 'packages/core/README.md', 'createVerifier('],
] as const;
/** Sections of the README that the page repeats. */
const repeated = ['How a request is authenticated', 'Packages'];

/** @param base the path of the site */
export function homePage({ title, markdown }: Page, pages: readonly Page[], base: string): string {
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
    firstExamples(pages),
    ...repeated.flatMap((name) => {
      const body = sections.get(name);
      return body === undefined ? [] : [`## ${name}`, body];
    }),
  ].join('\n\n');
}

function firstExamples(pages: readonly Page[]): string {
  const blocks = examples.map(([name, source, text]) => {
    const readme = pages.find((page) => page.source === source)?.markdown ?? '';
    const block = [...readme.matchAll(/^```(tsx?)\n([\s\S]+?)^```/gm)].find(([, , code = '']) => code.includes(text));
    if (block === undefined) throw new Error(`${source} has no example with \`${text}\`, which the home page shows.`);
    return `\`\`\`${block[1]} [${name}]\n${block[2]}\`\`\``;
  });
  return ['::: code-group', ...blocks, ':::'].join('\n\n');
}

/** Turns code spans and links into HTML. VitePress does not read Markdown in the texts of the home page. */
function inlineHtml(markdown: string, base: string): string {
  return markdown
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\[([^\]]+)\]\(\/([^)]*)\)/g, `<a href="${base}$2">$1</a>`)
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, '<a href="$2">$1</a>');
}
