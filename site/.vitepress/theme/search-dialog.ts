// Corrects the ARIA roles of VitePress's search: its dialog has the role `button`, and its options contain links.
import { onMounted, onUnmounted } from 'vue';

export function correctSearchDialog(): void {
  let observer: MutationObserver | undefined;
  onMounted(() => {
    // The dialog is a child of the body while it is open. Vue sets attributes again when results or the selection change.
    observer = new MutationObserver(() => {
      const dialog = document.querySelector('body > .VPLocalSearchBox');
      if (dialog !== null) correct(dialog);
    });
    observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ['aria-selected', 'id'] });
  });
  onUnmounted(() => observer?.disconnect());
}

function correct(dialog: Element): void {
  if (dialog.getAttribute('role') !== 'dialog') {
    for (const name of ['aria-expanded', 'aria-haspopup', 'aria-owns', 'aria-labelledby']) dialog.removeAttribute(name);
    dialog.setAttribute('role', 'dialog');
    dialog.setAttribute('aria-modal', 'true');
    dialog.setAttribute('aria-label', 'Search');
    for (const key of dialog.querySelectorAll('kbd[aria-label]')) key.setAttribute('role', 'img');
  }
  for (const item of dialog.querySelectorAll('li[id], li[aria-selected]')) moveOption(item);
}

/** Moves the role `option` from the list item to the link in it. */
function moveOption(item: Element): void {
  const link = item.querySelector('a');
  if (link === null) return;
  if (item.id !== '') link.id = item.id;
  link.setAttribute('role', 'option');
  link.setAttribute('aria-selected', item.getAttribute('aria-selected') ?? 'false');
  // Without `aria-label`, screen readers read the text of the link.
  link.removeAttribute('aria-label');
  item.setAttribute('role', 'none');
  item.removeAttribute('aria-selected');
  item.removeAttribute('id');
}
