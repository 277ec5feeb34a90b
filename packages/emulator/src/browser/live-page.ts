// Keeps the dashboard up to date: asks for the page again, and puts its live parts in place of the old ones.
const periodMs = 2000;
const note = document.getElementById('live');

setInterval(() => {
  if (!document.hidden) void refresh();
}, periodMs);
void refresh();

async function refresh(): Promise<void> {
  try {
    const response = await fetch(location.href, { signal: AbortSignal.timeout(periodMs) });
    if (!response.ok) throw new Error(`The emulator answered ${response.status}.`);
    replaceLiveParts(new DOMParser().parseFromString(await response.text(), 'text/html'));
    say('Live');
  } catch {
    say('The emulator does not answer.');
  }
}

function replaceLiveParts(page: Document): void {
  for (const part of document.querySelectorAll('[data-live]')) {
    const newer = page.getElementById(part.id);
    // What somebody is reading or about to press stays where it is.
    const inUse = part.contains(document.activeElement) || part.querySelector('details[open]') !== null;
    if (newer === null || inUse || newer.innerHTML === part.innerHTML) continue;
    part.replaceChildren(...newer.childNodes);
  }
}

/** Only what changes is said, since screen readers read it out. */
function say(text: string): void {
  if (note !== null && note.textContent !== text) note.textContent = text;
}
