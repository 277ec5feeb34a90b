import { type Options, readList, wrongValue } from './reader.ts';

/** Reads a list of origins without a path. `[]` if the option is absent. Throws a ToriiConfigError if it is empty. */
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
