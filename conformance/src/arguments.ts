import { parseArgs } from 'node:util';
import { readCaseTable } from './case-table.ts';
import { type Feature, features, type Level } from './features.ts';

export interface Arguments {
  /** The command that starts the server, or the URL of a server that already runs. */
  readonly subject: { readonly command: readonly string[] } | { readonly url: string; readonly options: string };
  readonly level: Level;
  readonly without: readonly Feature[];
  readonly only: string;
  readonly json: boolean;
  readonly all: boolean;
  readonly startSeconds: number;
  readonly issuerPort: number | undefined;
}

/** A wrong option. The message says what to write. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}

export const help: string = `Sends the conformance cases of Torii to a server, and judges its responses.

Usage:
  torii-conformance [options] -- COMMAND   starts the server with COMMAND, once for each set of options
  torii-conformance [options] --url URL    asks a server that already runs

Options:
  --level LEVEL          responses: exact statuses, headers and bodies, for adapters of @torii/core (default)
                         decisions: only who gets in, for servers without our code
  --without FEATURE,…    leaves out cases: ${features.join(', ')}
  --with FEATURE,…       leaves out the cases of all other features; none: only the cases that need no feature
  --only TEXT            only cases whose name contains TEXT
  --all                  prints every case, not only those that failed
  --json                 prints the results as JSON
  --start-seconds 60     how long the server may take to start
  --issuer-port PORT     the port of the issuer, for --url; a free port by default
  --options NAME         the options that the server of --url has, such as audience (default: usual)
  --version, --help

Exit code: 0 if every case that was asked passed, 1 if one failed, 2 if the cases could not be asked.
`;

/** @throws UsageError */
export function readArguments(args: readonly string[]): Arguments {
  const end = args.indexOf('--');
  const given = end === -1 ? args : args.slice(0, end);
  const command = end === -1 ? [] : args.slice(end + 1);
  const values = parse(given);
  const { level, only, json, all, url, options } = values;
  if (level !== 'responses' && level !== 'decisions')
    throw new UsageError(`--level is ${level}. Write responses or decisions.`);
  if (url !== undefined && command.length > 0) throw new UsageError('Pass --url or a command after --, not both.');
  if (url === undefined && command.length === 0)
    throw new UsageError('Pass the command that starts the server, such as: torii-conformance -- node server.js');
  if (url !== undefined && !/^http:\/\/[^/]+\/?$/.test(url))
    throw new UsageError(`--url is ${url}. Write an origin, such as http://127.0.0.1:3000.`);
  const sets = Object.keys(readCaseTable().options);
  if (!sets.includes(options)) throw new UsageError(`--options is ${options}. Write one of ${sets.join(', ')}.`);
  return {
    subject: url === undefined ? { command } : { url, options },
    level,
    without: readMissing(values),
    only,
    json,
    all,
    startSeconds: numberFrom('--start-seconds', values['start-seconds'], 3600),
    issuerPort:
      values['issuer-port'] === undefined ? undefined : numberFrom('--issuer-port', values['issuer-port'], 65_535),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        level: { type: 'string', default: 'responses' },
        without: { type: 'string', multiple: true, default: [] },
        with: { type: 'string', multiple: true, default: [] },
        only: { type: 'string', default: '' },
        all: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        url: { type: 'string' },
        options: { type: 'string', default: 'usual' },
        'start-seconds': { type: 'string', default: '60' },
        'issuer-port': { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The features that the server lacks. */
function readMissing(values: {
  readonly with: readonly string[];
  readonly without: readonly string[];
}): readonly Feature[] {
  const split = (lists: readonly string[]) => lists.flatMap((list) => list.split(','));
  if (values.with.length === 0) return split(values.without).map((text) => featureFrom('--without', text));
  if (values.without.length > 0) throw new UsageError('Pass --with or --without, not both.');
  const names = split(values.with);
  const present = names.join() === 'none' ? [] : names.map((text) => featureFrom('--with', text));
  return features.filter((feature) => !present.includes(feature));
}

function featureFrom(option: string, text: string): Feature {
  const feature = features.find((name) => name === text.trim());
  if (feature === undefined) throw new UsageError(`${option} names ${text}. Write one of ${features.join(', ')}.`);
  return feature;
}

function numberFrom(name: string, text: string, most: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most)
    throw new UsageError(`${name} is ${text}. Write a whole number from 1 to ${most}.`);
  return number;
}
