import type { Command } from 'commander';
import type { Context } from './context.ts';
import { UsageError } from './failures.ts';
import { readTextOf } from './files.ts';
import { writeJson } from './output/json.ts';
import { printableJson } from './output/printable.ts';
import type { Column } from './output/table.ts';

/** A bag of metadata: a JSON object. */
export type Bag = Readonly<Record<string, unknown>>;

export const bagNames = ['publicMetadata', 'privateMetadata', 'unsafeMetadata'] as const;
export type BagName = (typeof bagNames)[number];

export type Bags = { readonly [K in BagName]?: Bag };

const flags = { publicMetadata: 'public', privateMetadata: 'private', unsafeMetadata: 'unsafe' } as const;

export interface MetadataOptions {
  readonly public?: string;
  readonly private?: string;
  readonly unsafe?: string;
}

const readers = {
  publicMetadata: 'metadata that browsers can read',
  privateMetadata: 'metadata for your server alone',
  unsafeMetadata: 'metadata that the user can write',
} as const;

/** The bags of an organization, a membership or an invitation. */
export const twoBags = ['publicMetadata', 'privateMetadata'] as const;

/** Adds an option for each bag. */
export function addMetadataOptions(command: Command, names: readonly BagName[] = bagNames): Command {
  for (const name of names) command.option(`--${flags[name]} <json>`, readers[name]);
  return command;
}

export const metadataHelp = `
JSON is an object, such as
  '{"plan":"pro"}'
or @FILE, or - for standard input.`;

export const mergedMetadataHelp: string = `${metadataHelp}
It is merged into the stored metadata.
A key that is null is removed.`;

/** The longest file that is read. The API accepts 8 KB. */
const longestJson = 1_000_000;

/**
 * Reads the bags that the options give. A bag that is not given is absent.
 *
 * @throws UsageError if a value is not a JSON object, or two values come from standard input
 */
export async function metadataFrom(
  context: Context,
  options: MetadataOptions & {
    readonly secretKeyFile?: string | undefined;
    readonly passwordFile?: string | undefined;
  },
): Promise<Bags> {
  const given = bagNames.flatMap((name) => {
    const text = options[flags[name]];
    return text === undefined ? [] : [{ name, text }];
  });
  const fromInput = given.filter(({ text }) => isStandardInput(text)).map(({ name }) => `--${flags[name]}`);
  if (options.secretKeyFile === '-') fromInput.push('--secret-key-file');
  if (options.passwordFile === '-') fromInput.push('--password-file');
  if (fromInput.length > 1)
    throw new UsageError(`Only one option can read standard input, but ${fromInput.join(' and ')} do. Use files.`);
  const bags: { -readonly [K in BagName]?: Bag } = {};
  for (const { name, text } of given) bags[name] = await readBag(context, flags[name], text);
  return bags;
}

async function readBag(context: Context, flag: string, text: string): Promise<Bag> {
  const path = isStandardInput(text) ? '-' : text.startsWith('@') ? text.slice(1) : undefined;
  const json = path === undefined ? text : await readTextOf(context, path, longestJson);
  const bag = parseJson(json);
  const problem = isBag(bag) ? problemOfBag(bag) : 'is not a JSON object';
  if (isBag(bag) && problem === undefined) return bag;
  // The text is not quoted, because metadata can be private.
  throw new UsageError(`--${flag} ${problem}. Write an object, as in --${flag} '{"plan":"pro"}'.`);
}

function isStandardInput(text: string): boolean {
  return text === '-' || text === '@-';
}

/** `undefined` if the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The deepest nesting that the REST client sends. */
const deepest = 200;

/**
 * Says what is wrong with a bag that was parsed from JSON: it has the key `__proto__` (prototype pollution), or something that
 * the REST client cannot send.
 */
export function problemOfBag(bag: Bag): string | undefined {
  const pending: { readonly value: unknown; readonly depth: number }[] = [{ value: bag, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, depth } = next;
    if (typeof value === 'number' && !Number.isFinite(value)) return 'has a number that is too large';
    if (typeof value !== 'object' || value === null) continue;
    if (depth > deepest) return 'is nested too deeply';
    if (Object.hasOwn(value, '__proto__')) return 'has the name __proto__, which is not allowed';
    for (const inner of Object.values(value)) pending.push({ value: inner, depth: depth + 1 });
  }
  return undefined;
}

/** The size limit of all metadata of a user together, in bytes of UTF-8. */
const budget = 8_192;

export function isOverBudget(bags: Bags): boolean {
  const sizes = bagNames.map((name) => (bags[name] === undefined ? 0 : Buffer.byteLength(writeJson(bags[name]))));
  return sizes.reduce((sum, size) => sum + size, 0) > budget;
}

/** Columns for the bags of a record, as JSON. */
export function metadataColumns<T>(names: readonly (BagName & keyof T)[]): readonly Column<T>[] {
  return names.map((name) => ({ title: flags[name], value: (record) => printableJson(record[name] ?? {}) }));
}
