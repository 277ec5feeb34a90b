// Updates the dashboard: reloads the page in the background and replaces the elements with `data-live`.
const periodMs = 2000;
const note = document.getElementById('live');

setInterval(() => {
  if (!document.hidden) void refresh();
}, periodMs);
void refresh();

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
    // Do not replace an element that has the focus or open details: the user is working with it.
    const inUse = part.contains(document.activeElement) || part.querySelector('details[open]') !== null;
    if (newer === null || inUse || newer.innerHTML === part.innerHTML) continue;
    part.replaceChildren(...newer.childNodes);
  }
}

/** Updates the text only if it changed, because screen readers announce every update. */
function showStatus(text: string): void {
  if (note !== null && note.textContent !== text) note.textContent = text;
}
