import type { MarkdownOptions } from 'vitepress';
import { anchorOf } from '../../scripts/markdown.ts';

export function configureMarkdown(): MarkdownOptions {
  return {
    // Themes with enough contrast on the background of code blocks.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-default' },
    // Links to headings work as on the hosting site.
    anchor: { slugify: anchorOf, uniqueSlugStartIndex: 1 },
    toc: { slugify: anchorOf },
    headers: { slugify: anchorOf },
    // Pages are plain Markdown: tags and braces in their text are text.
    html: false,
    attrs: { disable: true },
    config: (md) => {
      const render = md.renderer.render.bind(md.renderer);
      md.renderer.render = (tokens, options, env) =>
        render(tokens, options, env)
          .replaceAll('{{', '&#123;&#123;')
          // A heading of a column must have a text.
          .replace(/<th( [^>]*)?><\/th>/g, '<td$1></td>');
    },
  };
}
