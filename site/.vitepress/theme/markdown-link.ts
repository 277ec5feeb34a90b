import { useData, withBase } from 'vitepress';
import { type Component, defineComponent, h } from 'vue';

/** A link to the Markdown file beside the page. */
export const MarkdownLink: Component = defineComponent(() => {
  const { page } = useData();
  return () =>
    h('p', { class: 'markdown-link' }, [
      // `_self`, because the router of VitePress would look for a page.
      h('a', { href: withBase(`/${page.value.relativePath}`), target: '_self' }, 'This page as Markdown'),
    ]);
});
