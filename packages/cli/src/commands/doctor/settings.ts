import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defaultApiUrl } from '@torii/api';
import type { ApiSettings } from '../../client.ts';
import type { Context } from '../../context.ts';
import { printable } from '../../output/printable.ts';
import { type Setting, settingsFrom } from '../../settings.ts';
import { placeOf, shownKey, shownUrl } from '../../shown-settings.ts';
import { doctorChecks } from '../../troubleshooting/doctor-checks.ts';
import { type Finding, failed, passed, skipped, warning } from './finding.ts';

export interface FoundSettings extends ApiSettings {
  readonly issuers: readonly string[];
}

export interface Flags {
  readonly issuer?: readonly string[];
  readonly apiUrl?: string;
  readonly secretKeyFile?: string;
  readonly settings?: string;
}

const names = ['TORII_ISSUER', 'TORII_API_URL', 'TORII_SECRET_KEY'] as const;

/** Shows each setting and the place it comes from. Secrets are not shown. */
export function checkSettings(
  context: Context,
  flags: Flags,
  { key, url, issuers }: FoundSettings,
): readonly Finding[] {
  const find = settingsFrom(context, flags);
  const inFile = settingsFrom({ ...context, env: {} }, flags);
  const issuer = find('TORII_ISSUER', flags.issuer?.join(', '));
  const show = { TORII_ISSUER: shownUrl, TORII_API_URL: shownUrl, TORII_SECRET_KEY: shownKey } as const;
  const given = {
    TORII_ISSUER: [issuer, flags.issuer && '--issuer'],
    TORII_API_URL: [url, flags.apiUrl && '--api-url'],
    TORII_SECRET_KEY: [key, flags.secretKeyFile && '--secret-key-file'],
  } as const satisfies Record<(typeof names)[number], readonly [Setting | undefined, string | undefined]>;

  const file = checkSettingsFile(context, flags);
  const lines = names.map((name) => {
    const [setting, flag] = given[name];
    if (setting === undefined) return describeMissing(name, context, issuers.length > 0 || key !== undefined);
    const values = name === 'TORII_ISSUER' && flags.issuer !== undefined ? flags.issuer : [setting.text];
    const found = `${values.map(show[name]).join(', ')} (${placeOf(setting, flag, flags.settings)})`;
    if (values.some((value) => value.trim() === '')) {
      return failed(name, found, `${name} is set but empty. Give it a value, or remove it.`);
    }
    const kept = inFile(name)?.text;
    if (setting.origin === 'environment' && kept !== undefined && kept !== setting.text) {
      const place = printable(flags.settings ?? '.env');
      return warning(name, found, `${place} has another value, which is not used: the environment takes precedence.`);
    }
    return passed(name, found);
  });
  return [file, ...lines];
}

function checkSettingsFile({ cwd }: Context, { settings = '.env' }: Flags): Finding {
  const check = 'settings file';
  const path = resolve(cwd, settings);
  const name = printable(settings);
  if (!existsSync(path)) return skipped(check, `no ${name} in this folder`);
  try {
    readFileSync(path);
    return passed(check, name);
  } catch {
    return warning(check, `${name} cannot be read`, `Make ${name} a file that you may read, or remove it.`);
  }
}

function describeMissing(name: (typeof names)[number], { env }: Context, isConfigured: boolean): Finding {
  if (name === 'TORII_API_URL') return skipped(name, `not set: ${defaultApiUrl}`);
  const known: readonly string[] = names;
  const similar = Object.keys(env).filter((each) => isMisspelled(each, name) && !known.includes(each));
  const hint =
    similar.length === 0 ? '' : ` The environment has ${similar.map(printable).join(', ')}, which torii does not read.`;
  if (name === 'TORII_ISSUER') {
    const advice = `${doctorChecks.TORII_ISSUER.causes.missing.remedy}${hint}`;
    return isConfigured ? warning(name, 'not set', advice) : failed(name, 'not set', advice);
  }
  if (hint === '') return skipped(name, 'not set: only the REST API needs it');
  return warning(name, 'not set', `${doctorChecks.TORII_SECRET_KEY.causes.misspelled.remedy}${hint}`);
}

/** Whether a name could be a misspelling: `TORII_ISSUER_URL`, `NEXT_PUBLIC_TORII_ISSUER`, `TORII_API_KEY`. */
function isMisspelled(found: string, wanted: 'TORII_ISSUER' | 'TORII_SECRET_KEY'): boolean {
  // Kubernetes sets variables such as TORII_ISSUER_PORT and TORII_ISSUER_SERVICE_HOST.
  if (!/TORII/i.test(found) || /_(?:PORT|SERVICE)(?:_|$)/.test(found)) return false;
  return wanted === 'TORII_ISSUER'
    ? /ISSUER|DOMAIN/i.test(found)
    : /SECRET_?KEY|API_?KEY|TORII_KEY|TORII_SECRET$/i.test(found);
}
