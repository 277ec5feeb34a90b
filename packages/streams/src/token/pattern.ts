// Do not add flags to these expressions: `\w` must match only ASCII, and `$` only the end of the text, not the end of a
// line.
const namePattern = /^[\w:-]+$/;
const streamPattern = /^(?:\*|[\w:-]+\*?)$/;

/** Whether `allowed_streams` may contain this text: `*`, a stream name, or the beginning of a name followed by one `*`. */
export function isStreamPattern(text: unknown): text is string {
  return typeof text === 'string' && streamPattern.test(text);
}

/**
 * Whether a pattern allows reading a stream, by the rules of the stream gateway. `false` if the pattern or the stream
 * name is malformed.
 *
 * @example
 * matchesStream('chat_room_*', 'chat_room_7'); // true
 */
export function matchesStream(pattern: string, stream: string): boolean {
  if (!isStreamPattern(pattern) || typeof stream !== 'string' || !namePattern.test(stream)) return false;
  return pattern.endsWith('*') ? stream.startsWith(pattern.slice(0, -1)) : stream === pattern;
}
