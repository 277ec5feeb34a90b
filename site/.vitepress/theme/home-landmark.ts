import { useData } from 'vitepress';
import { onMounted, watch } from 'vue';

/** Marks the content of the home page as the main landmark, as VitePress does on all other pages. */
export function markHome(): void {
  const { frontmatter } = useData();
  const mark = () => {
    const content = document.querySelector('#VPContent');
    if (frontmatter.value['layout'] === 'home') content?.setAttribute('role', 'main');
    else content?.removeAttribute('role');
  };
  onMounted(() => {
    mark();
    watch(frontmatter, mark);
  });
}
