import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { Command } from 'commander';
import type { Context } from './context.ts';
import { UsageError } from './failures.ts';
import { textFrom } from './files.ts';

export interface SettingsOptions {
  readonly settings?: string;
}

export interface Setting {
  readonly text: string;
  readonly origin: 'flag' | 'environment' | '.env';
}

/** Finds a setting by its variable name. A flag wins over the environment, and the environment over the settings file. */
export type FindSetting = (name: string, flag?: string) => Setting | undefined;

/** Adds `--settings`. It is not called `--env-file` because Node reads that option itself, even after the script's name. */
export function addSettingsOptions(command: Command): Command {
  return command.option('--settings <file>', 'read settings from this file instead of .env');
}

/**
 * Reads the settings file and returns a function that finds settings. An empty value counts as set, so that the code that
 * uses the setting can report it.
 *
 * @throws UsageError if the file of `--settings` cannot be read, or a settings file is not text
 */
export function settingsFrom({ env, cwd }: Context, { settings }: SettingsOptions): FindSetting {
  // parseEnv() knows no CR without LF: it would read the whole file as one line.
  const file = parseEnv(readEnvFile().replace(/\r\n?/g, '\n'));
  return (name, flag) => {
    if (flag !== undefined) return { text: flag, origin: 'flag' };
    const set = env[name];
    if (set !== undefined) return { text: set, origin: 'environment' };
    const kept = file[name];
    // Trust values from the file of --settings like flags, because the caller chose that file.
    return kept === undefined ? undefined : { text: kept, origin: settings === undefined ? '.env' : 'flag' };
  };

  function readEnvFile(): string {
    const name = settings ?? '.env';
    let bytes: Buffer;
    try {
      bytes = readFileSync(resolve(cwd, name));
    } catch {
      if (settings === undefined) return '';
      throw new UsageError(`${settings} cannot be read. Set --settings to the path of a readable file.`);
    }
    return textFrom(bytes, name);
  }
}
