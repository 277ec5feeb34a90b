import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { parseEnv } from 'node:util';
import type { Command } from 'commander';
import type { Context } from './context.ts';
import { UsageError } from './failures.ts';

/** What the options of {@link addSettingsOptions} say. */
export interface SettingsOptions {
  readonly settings?: string;
}

/** A value, and where it was found. */
export interface Setting {
  readonly text: string;
  readonly origin: 'flag' | 'environment' | '.env';
}

/** Finds a setting by its variable's name: the flag, or the environment, or the file. */
export type FindSetting = (name: string, flag?: string) => Setting | undefined;

/** Adds `--settings`. Not `--env-file`, which Node takes for its own, wherever it stands. */
export function addSettingsOptions(command: Command): Command {
  return command.option('--settings <file>', 'read settings from this file instead of .env');
}

/**
 * Where settings come from: a flag, then the environment, then `.env` of the folder. One that is there and empty counts:
 * what it is needed for says so.
 *
 * @throws UsageError where a file that was named cannot be read
 */
export function settingsFrom({ environment, folder }: Context, { settings }: SettingsOptions): FindSetting {
  const file = parseEnv(readEnvFile());
  return (name, flag) => {
    if (flag !== undefined) return { text: flag, origin: 'flag' };
    const set = environment[name];
    if (set !== undefined) return { text: set, origin: 'environment' };
    const kept = file[name];
    // A file that was named is as good as a flag.
    return kept === undefined ? undefined : { text: kept, origin: settings === undefined ? '.env' : 'flag' };
  };

  function readEnvFile(): string {
    try {
      return readFileSync(resolve(folder, settings ?? '.env'), 'utf8');
    } catch {
      if (settings === undefined) return '';
      throw new UsageError(`${settings} cannot be read. Give --settings the path of a file that can.`);
    }
  }
}

/** The text of a file that holds one secret; `-` is standard input. White space around it does not count. */
export async function readSecretFile({ stdin, folder }: Context, path: string): Promise<string> {
  if (path === '-') return (await readText(stdin)).trim();
  try {
    return readFileSync(resolve(folder, path), 'utf8').trim();
  } catch {
    throw new UsageError(`${path} cannot be read. Give the path of a file that can, or - for standard input.`);
  }
}
