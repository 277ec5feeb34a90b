// The home page, made from the README: its first lines, its list of properties, and its first example per framework.

interface Property {
  readonly title: string;
  readonly details: string;
}

/** @param readme the README, with links of the site */
export function homePage(readme: string): string {
  const [intro = '', ...sections] = readme.split(/^## /m);
  const title = /^# (.+)$/m.exec(intro)?.[1];
  const tagline = /^# .+\n\n([\s\S]+?)\n\n/m.exec(intro)?.[1];
  const properties = readProperties(intro);
  if (title === undefined || tagline === undefined || properties.length < 3) {
    throw new Error(
      'README.md must begin with a title, a paragraph and a list of properties: `- **Strict.** Accepts …`.',
    );
  }
  const hero = {
    layout: 'home',
    title,
    titleTemplate: false,
    description: tagline.replaceAll('\n', ' ').replace(/\[([^\]]+)\]\([^)]+\)/g, '$1'),
    hero: {
      name: title,
      tagline: tagline.replaceAll('\n', ' ').replace(/\[([^\]]+)\]\([^)]+\)/g, '$1'),
      image: { src: '/logo.svg', alt: '' },
      actions: [
        { theme: 'brand', text: 'Get started', link: '/start/' },
        { theme: 'alt', text: 'Guides', link: '/guides/' },
        { theme: 'alt', text: 'Packages', link: '/packages/' },
      ],
    },
    features: properties,
  };
  const bodies = new Map(sections.map((section) => [section.slice(0, section.indexOf('\n')), section]));
  return [
    `---\n${JSON.stringify(hero)}\n---`,
    '## First request',
    firstExamples(bodies),
    ...['How a request is authenticated', 'Packages'].flatMap((name) => {
      const body = bodies.get(name);
      return body === undefined ? [] : [`## ${body.trim()}`];
    }),
  ].join('\n\n');
}

function readProperties(intro: string): readonly Property[] {
  return [...intro.matchAll(/^- \*\*(.+?)\.?\*\* ([\s\S]+?)(?=\n- |\n\n|$(?![\s\S]))/gm)].map(
    ([, title = '', details = '']) => ({
      title,
      details: details.replace(/\s+/g, ' ').trim(),
    }),
  );
}

/** The first install command and example of each framework's section, as tabs. */
function firstExamples(sections: ReadonlyMap<string, string>): string {
  const blocks = ['Express', 'Koa', 'Fastify', 'Hono', 'Next.js', 'Any other server'].flatMap((name) => {
    const block = /```(tsx?)\n([\s\S]+?)```/.exec(sections.get(name) ?? '');
    return block === null ? [] : [`\`\`\`${block[1]} [${name}]\n${block[2]}\`\`\``];
  });
  if (blocks.length === 0) throw new Error('README.md has no example in a section that is named after a framework.');
  return ['::: code-group', ...blocks, ':::'].join('\n\n');
}
