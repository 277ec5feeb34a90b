import { KeySetError } from './jwks.ts';

/** A function with the signature of the global `fetch`. */
export type Fetch = typeof globalThis.fetch;

const maxBytes = 512 * 1024;

export async function fetchKeySet(url: string, fetch: Fetch, signal: AbortSignal): Promise<unknown> {
  // Do not follow a redirect to another host's keys. Not `redirect: 'error'`, which always throws on Cloudflare Workers.
  const response = await fetch(url, { headers: { accept: 'application/json' }, redirect: 'manual', signal });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new KeySetError(`the key endpoint returned status ${response.status}`);
  }
  const text = await readText(response, signal);
  try {
    return JSON.parse(text);
  } catch {
    throw new KeySetError('the response is not JSON');
  }
}

async function readText(response: Response, signal: AbortSignal): Promise<string> {
  const reader = response.body?.getReader();
  signal.addEventListener('abort', () => void reader?.cancel().catch(() => {}), { once: true });
  const decoder = new TextDecoder();
  let [text, size] = ['', 0];
  for (let chunk = await reader?.read(); chunk !== undefined && !chunk.done; chunk = await reader?.read()) {
    size += chunk.value.byteLength;
    if (size > maxBytes) {
      await reader?.cancel();
      throw new KeySetError(`the response is larger than ${maxBytes} bytes`);
    }
    text += decoder.decode(chunk.value, { stream: true });
  }
  return text + decoder.decode();
}
