import { type Options, readList, wrongValue } from './reader.ts';

/**
 * Reads a list of origins in the form that browsers send: scheme, host and port, without a path. Returns an empty list if
 * the option is absent.
 * @throws ToriiConfigError if the list is empty, or if an item is not an http or https origin
 */
export function listOrigins<Name extends string>(
  options: Options<Name>,
  name: Name,
  example: string,
): readonly string[] {
  const kind = 'a list of http:// or https:// origins without a path';
  const list = readList(options, name, kind, example);
  if (name in options && list.length === 0) throw wrongValue(name, kind, list, example);
  return list.map((origin) => {
    if (typeof origin === 'string' && isOrigin(origin)) return origin;
    throw wrongValue(name, kind, origin, example);
  });
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
