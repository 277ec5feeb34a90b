// ASCII alone: \w without the u flag is [A-Za-z0-9_], and $ without the m flag is the end of the text, newline included.
const name = /^[\w:-]+$/;
const pattern = /^(?:\*|[\w:-]+\*?)$/;

/** Whether a text may stand in `allowed_streams`: `*`, a stream's name, or the beginning of names followed by one `*`. */
export function isStreamPattern(text: unknown): text is string {
  return typeof text === 'string' && pattern.test(text);
}

/**
 * Whether a pattern lets its holder read a stream, as the gateway decides it. What is no pattern lets nobody in, and
 * what is no name is nowhere to be let into.
 *
 * @example
 * matchesStream('chat_room_*', 'chat_room_7'); // true
 */
export function matchesStream(text: string, stream: string): boolean {
  if (!isStreamPattern(text) || typeof stream !== 'string' || !name.test(stream)) return false;
  return text.endsWith('*') ? stream.startsWith(text.slice(0, -1)) : stream === text;
}
