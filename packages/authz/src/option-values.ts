import { ToriiConfigError } from '@torii/core';
import { compilePublicPaths, type PublicPaths } from '@torii/core/adapter';

/** Options as they came, without a prototype: what is not an own property is not there. */
export type Options = Readonly<Record<string, unknown>>;

/**
 * An object of options. One that is there but says nothing (undefined, empty, `[]`) is an error, as in core: it is what an
 * unset variable or a typing mistake looks like, and must not quietly leave a rule out.
 *
 * @throws ToriiConfigError for what is no object, and for a name that is not known
 */
export function readObject(given: unknown, option: string, known: readonly string[]): Options {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ToriiConfigError(option, `\`${option}\` is not an object with ${known.join(', ')}.`);
  }
  const options: Options = Object.assign(Object.create(null), given);
  for (const name of known) {
    if (name in given && !(name in options) && !(name in Object.prototype)) {
      const remedy = 'Pass a plain object.';
      throw new ToriiConfigError(name, `\`${name}\` is inherited or hidden, and would be overlooked. ${remedy}`);
    }
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new ToriiConfigError(unknown, `There is no option \`${unknown}\`. Known options: ${known.join(', ')}.`);
  }
  return options;
}

export function readText(options: Options, name: string, absent: string): string {
  return name in options ? oneText(options[name], name, absent) : absent;
}

export function listTexts(options: Options, name: string, example: string): readonly string[] {
  const value = options[name];
  // Spread: `map` passes over the hole that a comma too many makes.
  const list: readonly unknown[] = Array.isArray(value) ? [...value] : [value];
  if (list.length === 0) throw new ToriiConfigError(name, `\`${name}\` is empty. Leave it out, or write ${example}.`);
  return list.map((text) => oneText(text, name, example));
}

/** More than nothing, since neither a document nor an answer can be had in no time. */
export function readDuration(options: Options, name: string, absent: number, most: number): number {
  const value = name in options ? options[name] : absent;
  if (typeof value === 'number' && value > 0 && value <= most) return value;
  throw new ToriiConfigError(name, `\`${name}\` is a number above 0, and at most ${most}, such as ${absent}.`);
}

export function readFunction<F>(options: Options, name: string): F | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'function') throw new ToriiConfigError(name, `\`${name}\` is not a function.`);
  return value as F;
}

/** Paths as `skip` has them: literals, and `/docs/*` for everything below. */
export function readPaths(options: Options, name: string): PublicPaths {
  if (!(name in options)) return () => false;
  const paths = listTexts(options, name, `${name}: ['/api/v1/me']`);
  try {
    return compilePublicPaths(paths);
  } catch (cause) {
    const problem = cause instanceof URIError || !(cause instanceof Error) ? 'a path cannot be read' : cause.message;
    throw new ToriiConfigError(name, `\`${name}\` cannot be used: ${problem}. Write ${name}: ['/api/v1/me'].`);
  }
}

function oneText(value: unknown, name: string, example: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  throw new ToriiConfigError(name, `\`${name}\` is there but says nothing. Leave it out, or write ${example}.`);
}
