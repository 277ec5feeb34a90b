import { ToriiConfigError } from '../errors.ts';

/** Options as they came, without a prototype: what is not an own property is not there. */
export type Options = Readonly<Record<string, unknown>>;

/**
 * Options as they came, of which each has a known name.
 *
 * @throws ToriiConfigError for what is no object, for a name that is not known, and for an option that would be overlooked
 */
export function readNamed(given: unknown, known: readonly string[], example: string): Options {
  if (typeof given !== 'object' || given === null) {
    throw new ToriiConfigError('options', `Pass an object of options: ${example}.`);
  }
  // Without a prototype: what somebody put on Object.prototype is no option of ours.
  const options: Options = Object.assign(Object.create(null), given);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new ToriiConfigError(name, `There is no option \`${name}\`. Known options: ${known.join(', ')}.`);
    }
  }
  for (const name of known) {
    if (name in given && !(name in options) && !(name in Object.prototype)) {
      const remedy = 'Pass a plain object of options.';
      throw new ToriiConfigError(name, `\`${name}\` is inherited or hidden, and would be overlooked. ${remedy}`);
    }
  }
  return options;
}

// RFC 9110 5.6.2: what the name of a header may be made of, and RFC 6265 4.1.1 that of a cookie.
export function readName(options: Options, name: 'header' | 'cookie', absent: string | undefined): string | undefined {
  if (!(name in options)) return absent;
  const value = options[name];
  if (typeof value === 'string' && /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(value)) return value;
  throw new ToriiConfigError(name, `\`${name}\` is not the name of a ${name}. Leave it out, or write a name.`);
}

export function readTexts(options: Options, name: string, example: string): ReadonlySet<string> | undefined {
  return name in options ? new Set(listTexts(options, name, example)) : undefined;
}

export function listTexts(options: Options, name: string, example: string): readonly string[] {
  const value = options[name];
  // Spread: `every` passes over the hole that a comma too many makes.
  const list: readonly unknown[] = Array.isArray(value) ? [...value] : [value];
  if (list.length > 0 && list.every((text) => typeof text === 'string' && text.trim() !== '')) return list.map(String);
  throw new ToriiConfigError(name, `\`${name}\` is there but says nothing. Leave it out, or write ${example}.`);
}

export function readSeconds(options: Options, name: string, absent: number, most: number): number {
  const value = name in options ? options[name] : absent;
  if (typeof value === 'number' && value >= 0 && value <= most) return value;
  throw new ToriiConfigError(name, `\`${name}\` is a number of seconds from 0 to ${most}, such as ${absent}.`);
}

export function readCount(options: Options, name: string, absent: number, most: number): number {
  const value = name in options ? options[name] : absent;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new ToriiConfigError(name, `\`${name}\` is a whole number from 0 to ${most}, such as ${absent}.`);
}

export function readFlag(options: Options, name: string): boolean {
  const value = name in options ? options[name] : false;
  if (typeof value === 'boolean') return value;
  throw new ToriiConfigError(name, `\`${name}\` is true or false.`);
}

export function readFunction<F>(options: Options, name: string): F | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'function') throw new ToriiConfigError(name, `\`${name}\` is not a function.`);
  return value as F;
}
