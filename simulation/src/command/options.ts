import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  readonly mode: 'run' | 'replay' | 'explore' | 'faults';
  readonly seed: number;
  /** The seed if it was written in the command. */
  readonly givenSeed: number | undefined;
  /** When a run ends. */
  readonly hours: number | undefined;
  readonly episodes: number | undefined;
  /** The seed of the one episode to repeat. */
  readonly replay: number;
  readonly exploreMinutes: number;
  /** Selects the planted faults whose name contains this text. */
  readonly faults: string;
  readonly scenario: string | undefined;
  readonly trace: string | undefined;
  readonly workers: number | undefined;
  /** The root of another checkout whose packages are simulated. */
  readonly product: string | undefined;
  readonly ambient: boolean;
  /** A module that exports `scenarios`, instead of the ones of this repository. */
  readonly scenariosModule: string | undefined;
  /** Write the table of planted faults, or of speeds, into docs/simulation.md. */
  readonly write: boolean;
}

/** Thrown if the command was called in a wrong way. The message says what to write instead. */
export class UsageError extends Error {}

export const help: string = `Runs the product's own code on a virtual clock and network, and checks that the statements hold.

Usage: npm run simulate -- [OPTION…]

  --seed N            the seed of the run, 0 to 4294967295 (default: 1; for --faults a random one). The same seed gives the
                      same trace
  --hours N           end when the simulated processes have run for N hours together (default: 1000)
  --episodes N        end after N episodes
  --scenario NAME     only this scenario
    --write           with --episodes: write the table of speeds into docs/simulation.md
  --trace FILE        write the whole trace to a file; its SHA-256 is printed in any case
  --workers N         how many threads run episodes (default: one per processor). Does not change the result

  --replay SEED       repeat the one episode of this seed; needs --scenario
  --explore MINUTES   try new random seeds for so long, and print each failure once
  --faults [NAME]     plant each known fault (or those whose name contains NAME), and search until it is found
    --write           with --faults: write the table into docs/simulation.md

  --product DIR       simulate the packages of another checkout
  --ambient           replace Date, setTimeout and fetch: for a checkout without packages/core/src/platform.ts
  --scenarios FILE    a module that exports other scenarios
  --help

Exit code: 0 if nothing was found, 1 if a statement does not hold, 2 if the command was called in a wrong way.`;

const known = {
  seed: { type: 'string' },
  hours: { type: 'string' },
  episodes: { type: 'string' },
  scenario: { type: 'string' },
  trace: { type: 'string' },
  workers: { type: 'string' },
  replay: { type: 'string' },
  explore: { type: 'string' },
  faults: { type: 'boolean' },
  write: { type: 'boolean' },
  product: { type: 'string' },
  ambient: { type: 'boolean' },
  scenarios: { type: 'string' },
} as const;

type Name = keyof typeof known;
type Values = { readonly [name in Name]?: string | boolean };

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parsed(args);
  const wrong = wrongCombination(values, positionals);
  if (wrong !== undefined) throw new UsageError(wrong);
  const givenSeed = numberOf(values, 'seed', { whole: true, least: 0, most: 0xffff_ffff });
  const { scenario, trace, product, scenarios } = values as Readonly<Record<string, string | undefined>>;
  return {
    mode: modeOf(values),
    seed: givenSeed ?? 1,
    givenSeed,
    hours: numberOf(values, 'hours', { whole: false }) ?? (values.episodes === undefined ? 1000 : undefined),
    episodes: numberOf(values, 'episodes', { whole: true, least: 1 }),
    replay: numberOf(values, 'replay', { whole: true, least: 0, most: 0xffff_ffff }) ?? 0,
    exploreMinutes: numberOf(values, 'explore', { whole: false }) ?? 0,
    faults: positionals[0] ?? '',
    scenario,
    trace,
    workers: numberOf(values, 'workers', { whole: true, least: 1, most: 256 }),
    product: product === undefined ? undefined : resolve(product),
    ambient: values.ambient === true,
    scenariosModule: scenarios === undefined ? undefined : resolve(scenarios),
    write: values.write === true,
  };
}

function parsed(args: readonly string[]): { readonly values: Values; readonly positionals: readonly string[] } {
  const { tokens } = parseArgs({
    args: [...args],
    options: known,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: { [name in Name]?: string | boolean } = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    if (!isKnown(name)) throw new UsageError(`There is no option ${rawName}. Known: ${list(Object.keys(known))}.`);
    if (known[name].type === 'boolean' && value !== undefined) throw new UsageError(`${rawName} takes no value.`);
    if (known[name].type === 'string' && (value === undefined || value === '' || value.startsWith('--')))
      throw new UsageError(`${rawName} needs a value, as in ${examples[name]}.`);
    if (values[name] !== undefined) throw new UsageError(`${rawName} was given twice. Write it once.`);
    values[name] = value ?? true;
  }
  return { values, positionals };
}

const examples: Readonly<Record<Name, string>> = {
  seed: '--seed 1',
  hours: '--hours 1000',
  episodes: '--episodes 500',
  scenario: '--scenario keys',
  trace: '--trace run.txt',
  workers: '--workers 2',
  replay: '--scenario keys --replay 12345',
  explore: '--explore 10',
  faults: '--faults',
  write: '--episodes 3000 --write',
  product: '--product ../old',
  ambient: '--product ../old --ambient',
  scenarios: '--scenarios scenarios.ts',
};

function isKnown(name: string): name is Name {
  return Object.hasOwn(known, name);
}

function list(names: readonly string[]): string {
  return names.map((name) => `--${name}`).join(', ');
}

function modeOf(values: Values): Options['mode'] {
  return (['replay', 'explore', 'faults'] as const).find((name) => values[name] !== undefined) ?? 'run';
}

function wrongCombination(values: Values, positionals: readonly string[]): string | undefined {
  const given = Object.keys(values).filter(isKnown);
  const modes = given.filter((name) => ['replay', 'explore', 'faults'].includes(name));
  if (modes.length > 1) return `${list(modes)} cannot be used together. Choose one.`;
  if (values.faults === undefined && positionals.length > 0)
    return `"${positionals[0]}" is not an option. Write --scenario ${positionals[0]} if it is a scenario.`;
  if (positionals.length > 1) return `--faults takes one name, but got ${positionals.length}.`;
  if (values.replay !== undefined && values.scenario === undefined)
    return `--replay needs the scenario too, as in ${examples.replay}.`;
  const [mode] = modes;
  if (values.write && mode === undefined && (values.episodes === undefined || values.scenario !== undefined))
    return `--write needs --faults, or --episodes and all scenarios, as in ${examples.write}.`;
  const surplus = given.filter((name) => !allowed(mode).includes(name));
  if (surplus.length === 0) return undefined;
  return `${list(surplus)} has no effect with --${mode}. Leave it out.`;
}

function allowed(mode: string | undefined): readonly Name[] {
  const always: readonly Name[] = ['scenario', 'workers', 'scenarios'];
  if (mode === 'faults') return [...always, 'faults', 'write', 'seed'];
  if (mode === 'replay') return [...always, 'replay', 'product', 'ambient', 'trace'];
  if (mode === 'explore') return [...always, 'explore', 'product', 'ambient'];
  return [...always, 'seed', 'hours', 'episodes', 'trace', 'product', 'ambient', 'write'];
}

function numberOf(
  values: Values,
  name: Name,
  {
    whole,
    least = 0,
    most = Number.MAX_SAFE_INTEGER,
  }: { readonly whole: boolean; readonly least?: number; readonly most?: number },
): number | undefined {
  const text = values[name];
  if (typeof text !== 'string') return undefined;
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  const isGood = whole ? Number.isInteger(value) && value >= least : value > 0;
  if (isGood && value <= most) return value;
  const wanted = whole ? `a whole number from ${least} to ${most}` : 'a number greater than 0';
  throw new UsageError(`--${name} is "${text}". It must be ${wanted}, as in ${examples[name]}.`);
}
