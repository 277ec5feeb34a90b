// Updates the dashboard: reloads the page in the background and replaces the elements with `data-live`. Also makes the copy
// buttons work. A page that must not be loaded twice has no element `live`.
const periodMs = 2000;
const note = document.getElementById('live');

document.documentElement.classList.add('scripted');
document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null;
  if (button instanceof HTMLElement) void copy(button);
});

if (note !== null) {
  setInterval(() => {
    if (!document.hidden) void refresh();
  }, periodMs);
  void refresh();
}

async function refresh(): Promise<void> {
  try {
    const response = await fetch(location.href, { signal: AbortSignal.timeout(periodMs) });
    if (!response.ok) throw new Error(`The emulator responded with ${response.status}.`);
    replaceLiveParts(new DOMParser().parseFromString(await response.text(), 'text/html'));
    showStatus('Live');
  } catch {
    showStatus('The emulator does not respond.');
  }
}

function replaceLiveParts(page: Document): void {
  for (const part of document.querySelectorAll('[data-live]')) {
    const newer = page.getElementById(part.id);
    if (newer === null || isInUse(part) || newer.innerHTML === part.innerHTML) continue;
    part.replaceChildren(...newer.childNodes);
  }
}

/** Whether the user works with an element: it has the focus, open details, selected text or a changed field. */
function isInUse(part: Element): boolean {
  const selection = getSelection();
  const isSelected = selection !== null && !selection.isCollapsed && selection.containsNode(part, true);
  const isChanged = [...part.querySelectorAll('input, textarea')].some(
    (field) =>
      (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) && field.value !== field.defaultValue,
  );
  return (
    part.contains(document.activeElement) || part.querySelector('details[open]') !== null || isSelected || isChanged
  );
}

async function copy(button: HTMLElement): Promise<void> {
  const label = button.textContent;
  try {
    // Missing on plain http outside of loopback.
    await navigator.clipboard.writeText(button.dataset['copy'] ?? '');
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Select and copy it';
  }
  setTimeout(() => {
    button.textContent = label;
    // A focused part is not updated.
    button.blur();
  }, 1500);
}

/** Updates the text only if it changed, because screen readers announce every update. */
function showStatus(text: string): void {
  if (note !== null && note.textContent !== text) note.textContent = text;
}
