import { useData } from 'vitepress';
import { onMounted, watch } from 'vue';

/** Marks the content of the home page and of the page for unknown addresses as the main landmark, as VitePress does on all others. */
export function markMain(): void {
  const { frontmatter, page } = useData();
  const mark = () => {
    const content = document.querySelector('#VPContent');
    if (frontmatter.value['layout'] === 'home' || page.value.isNotFound) content?.setAttribute('role', 'main');
    else content?.removeAttribute('role');
  };
  onMounted(() => {
    mark();
    watch(page, mark, { flush: 'post' });
  });
}
