import type { VirtualProcess } from '../../world/virtual-process.ts';
import { ageMs, type Reading } from './fetch-book.ts';
import type { KeyNames } from './key-pairs.ts';
import { type KeyView, staleAfterMs } from './key-view.ts';
import { environments, type Token } from './tokens.ts';
import type { WaitingAsk } from './unknown-keys.ts';

/** The settings of one verifier. */
export interface Settings {
  readonly issuers: readonly number[];
  readonly toleranceMs: number;
  readonly maxStaleMs: number;
  readonly timeoutMs: number;
  readonly cachedTokens: number;
  readonly environment: number | undefined;
  readonly refusesImpersonated: boolean;
}

/** Keys of a file, as the option `initialKeys` takes them. */
export interface KeyFile {
  readonly names: KeyNames;
  readonly fetchedAtMs: number;
  usedAt: Reading | undefined;
  /** Whether the file's keys have expired once. It is not specified whether they become usable again if a clock is set back. */
  isSpent: boolean;
}

/** A verifier, with what the scenario knows about its state. */
export interface Asked {
  readonly process: VirtualProcess;
  readonly settings: Settings;
  readonly file: KeyFile | undefined;
  viewOf(issuer: number): KeyView;
  /** The tokens that it has accepted, with the fetch that brought their key. `undefined` if it has no token cache. */
  readonly accepted: Map<string, number> | undefined;
}

/** One request to verify a token. */
export interface Ask extends WaitingAsk {
  readonly asked: Asked;
  readonly view: KeyView;
  readonly turn: number;
  /** Whether the token can be refused without a key. */
  readonly wasCheap: boolean;
  /** Whether the keys that the verifier had could accept the token. */
  readonly wasGood: boolean;
  readonly usesFile: boolean;
}

const dayMs = 24 * 3_600_000;

/** Whether the keys of the file verify: until a fetch has succeeded, for five minutes, and until the file is a day old. */
export function isFileUsable({ file, process }: Asked, view: KeyView): boolean {
  if (file === undefined || view.current !== undefined) return false;
  const fileAgeMs = process.wallMs - file.fetchedAtMs;
  const isYoung = fileAgeMs >= -3_600_000 && fileAgeMs < dayMs;
  return isYoung && (file.usedAt === undefined || ageMs(process, file.usedAt) < staleAfterMs);
}

/** The reasons for which a token must be refused now, before a key is looked up. */
export function flawsOf(token: Token, { settings, process }: Asked): readonly string[] {
  const flaws = [...token.flaws];
  const { toleranceMs, issuers, environment } = settings;
  if (!issuers.includes(token.issuer)) flaws.push('issuer_refused');
  if (environment !== undefined && environments[environment % environments.length] !== token.environmentId)
    flaws.push('environment_refused');
  const now = process.wallMs;
  if (now >= token.untilMs + toleranceMs) flaws.push('token_expired');
  if (now < token.fromMs - toleranceMs) flaws.push('token_not_yet_valid');
  return flaws;
}
