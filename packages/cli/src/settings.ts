import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
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
export function settingsFrom({ env, cwd }: Context, { settings }: SettingsOptions): FindSetting {
  const file = parseEnv(readEnvFile());
  return (name, flag) => {
    if (flag !== undefined) return { text: flag, origin: 'flag' };
    const set = env[name];
    if (set !== undefined) return { text: set, origin: 'environment' };
    const kept = file[name];
    // A file that was named is as good as a flag.
    return kept === undefined ? undefined : { text: kept, origin: settings === undefined ? '.env' : 'flag' };
  };

  function readEnvFile(): string {
    try {
      return readFileSync(resolve(cwd, settings ?? '.env'), 'utf8');
    } catch {
      if (settings === undefined) return '';
      throw new UsageError(`${settings} cannot be read. Give --settings the path of a file that can.`);
    }
  }
}
