import { isLoopback } from '@torii/core/internal';
import type { Context } from '../../context.ts';
import { printable } from '../../output/printable.ts';
import { settingsFrom } from '../../settings.ts';
import { placeOf } from '../../shown-settings.ts';
import { doctorChecks } from '../../troubleshooting/doctor-checks.ts';
import { plainText } from '../../troubleshooting/plain-text.ts';
import { ask, isTrouble, type Limits } from './exchange.ts';
import { type Finding, failed, passed, skipped } from './finding.ts';

const check = 'TORII_ENVIRONMENT_ID';

/** Compares the environment of the settings with that of a local emulator, which is a new one after each start without `--data`. */
export async function checkEnvironment(
  context: Context,
  options: { readonly settings?: string },
  issuers: readonly string[],
  limits: Limits,
): Promise<Finding> {
  const setting = settingsFrom(context, options)(check);
  if (setting === undefined) return skipped(check, 'not set: tokens of any environment of the issuer are accepted');
  const found = `${printable(setting.text)} (${placeOf(setting, undefined, options.settings)})`;
  if (setting.text.trim() === '')
    return failed(check, found, `${check} is set but empty. Give it a value, or remove it.`);
  const [issuer = '', second] = issuers;
  const actual = second === undefined ? await environmentOf(issuer, limits) : undefined;
  if (actual === undefined || actual === setting.text) return passed(check, found);
  const { restarted } = doctorChecks[check].causes;
  return failed(
    check,
    found,
    `The environment of the emulator is ${printable(actual)}. ${plainText(restarted.cause)} ${plainText(restarted.remedy)}`,
  );
}

/** The id of the environment, if the issuer is an emulator on this machine. */
async function environmentOf(issuer: string, limits: Limits): Promise<string | undefined> {
  if (!URL.canParse(issuer) || !isLoopback(new URL(issuer).hostname)) return undefined;
  const reply = await ask(`${issuer.replace(/\/+$/, '')}/_emulator/state`, limits);
  if (isTrouble(reply) || reply.status !== 200) return undefined;
  try {
    const id: unknown = Object(Object(JSON.parse(reply.text)).environment).id;
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}
