/** An error as one line without paths of this machine: its text, its causes, and the functions it came from. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `a value that is not an Error: ${String(error)}`;
  const cause = error.cause === undefined ? '' : `, caused by ${describeError(error.cause)}`;
  const calls = (error.stack ?? '')
    .split('\n')
    .flatMap((line) => /^\s+at (?:async )?(?:new )?([\w$.#<>]+) \(/.exec(line)?.[1] ?? [])
    .filter((name) => !name.startsWith('process.'))
    .slice(0, 4);
  return `${error.name}: ${error.message}${calls.length === 0 ? '' : ` (in ${calls.join(', called by ')})`}${cause}`;
}
