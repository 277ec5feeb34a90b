import type { MarkdownOptions } from 'vitepress';
import { anchorOf } from '../../scripts/markdown.ts';

export function configureMarkdown(): MarkdownOptions {
  return {
    // Themes with enough contrast on the background of code blocks.
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-default' },
    // Use GitHub's anchors for headings, so that the same links work in the repository and on the site.
    anchor: { slugify: anchorOf, uniqueSlugStartIndex: 1 },
    toc: { slugify: anchorOf },
    headers: { slugify: anchorOf },
    // Pages contain no HTML or attributes. Show tags and braces as text.
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
