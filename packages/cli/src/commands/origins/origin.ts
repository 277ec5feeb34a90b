import { InvalidArgumentError } from 'commander';

/**
 * An origin in the form in which two spellings of it are the same text: lower case, without a default port.
 *
 * @throws InvalidArgumentError if the text is not a whole origin, such as a URL with a path, or `*`
 */
function readOrigin(text: string): string {
  const origin = originOf(text);
  if (origin !== undefined) return origin;
  throw new InvalidArgumentError(
    'Write a scheme and a host without a path, such as https://app.example.com or capacitor://localhost.',
  );
}

export function originOf(text: string): string | undefined {
  const [, scheme = '', authority = ''] = /^([a-z][a-z\d+.-]*):\/\/([^/?#\\@\s*]+)$/i.exec(text) ?? [];
  const isWeb = /^https?$/i.test(scheme);
  // URL checks the host of web addresses only, and knows the default ports of these.
  const address = `${isWeb ? scheme : 'http'}://${authority}`;
  if (scheme === '' || !URL.canParse(address)) return undefined;
  const { host, hostname } = new URL(address);
  const [port = ''] = /:\d+$/.exec(authority) ?? [];
  return `${scheme.toLowerCase()}://${isWeb ? host : hostname + port}`;
}

export function addOrigin(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...new Set([...earlier, readOrigin(text)])];
}
