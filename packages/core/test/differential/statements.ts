// Why we may refuse what jose accepts: nothing else is a reason. Each line reads a token by itself, with no code of ours,
// and says what has to be refused and how.
import { base64url } from '../mint.ts';
import { nowSeconds } from './members.ts';
import type { Rules } from './verdict.ts';

/** A token as jose reads it, which is less strictly than we do. */
export interface LooseToken {
  readonly token: string;
  readonly parts: readonly string[];
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly rules: Rules;
}

export interface Statement {
  /** As the list of what must hold counts them. */
  readonly number: number;
  readonly says: string;
  /** With which reason we refuse. */
  readonly reason: string;
  readonly applies: (token: LooseToken) => boolean;
}

const times = ['iat', 'exp', 'nbf'] as const;

export const statements: readonly Statement[] = [
  {
    number: 2,
    says: 'a token names its key',
    reason: 'token_malformed',
    applies: ({ header }) => !isText(own(header, 'kid')),
  },
  {
    number: 2,
    says: 'no extension is understood',
    reason: 'token_malformed',
    applies: ({ header }) => Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64'),
  },
  {
    number: 7,
    says: 'iat and exp are there',
    reason: 'claim_missing',
    applies: ({ claims }) => own(claims, 'iat') === undefined || own(claims, 'exp') === undefined,
  },
  {
    number: 7,
    says: 'times are seconds that can be counted, and not negative',
    reason: 'claim_malformed',
    applies: ({ claims }) =>
      times.some((name) => {
        const value = own(claims, name);
        return typeof value === 'number' && (value > Number.MAX_SAFE_INTEGER || value < 0);
      }),
  },
  {
    number: 7,
    says: 'no token is from the future',
    reason: 'token_not_yet_valid',
    applies: ({ claims }) => Number(own(claims, 'iat')) > nowSeconds + 30,
  },
  {
    number: 8,
    says: 'sub and pid are there',
    reason: 'claim_missing',
    applies: ({ claims }) => (own(claims, 'sub') ?? null) === null || (own(claims, 'pid') ?? null) === null,
  },
  {
    number: 8,
    says: 'sub and pid are texts',
    reason: 'claim_malformed',
    applies: ({ claims }) => isNoText(own(claims, 'sub')) || isNoText(own(claims, 'pid')),
  },
  {
    number: 8,
    says: 'an actor can be read',
    reason: 'claim_malformed',
    applies: ({ claims }) => Object.hasOwn(claims, 'act') && !isObject(own(claims, 'act')),
  },
  {
    number: 8,
    says: 'an organization can be read, in one way',
    reason: 'claim_malformed',
    applies: ({ claims }) => {
      const [flat, o] = [own(claims, 'org_id') ?? null, own(claims, 'o') ?? null];
      const nested = isObject(o) ? (own(o, 'id') ?? null) : null;
      const isUnreadable = isNoText(flat) || isNoText(nested) || (o !== null && !isObject(o));
      return isUnreadable || (flat !== null && nested !== null && flat !== nested);
    },
  },
  {
    number: 8,
    says: 'at most 16 kB',
    reason: 'token_malformed',
    applies: ({ token }) => token.length > 16_384,
  },
  {
    number: 8,
    says: 'strict base64url',
    reason: 'token_malformed',
    applies: ({ parts }) => parts.some((part) => part !== base64url(decode(part))),
  },
  {
    number: 8,
    says: 'no byte order mark',
    reason: 'token_malformed',
    applies: ({ parts }) => parts.slice(0, 2).some((part) => decode(part).subarray(0, 3).join() === '239,187,191'),
  },
  {
    number: 9,
    says: 'the environment that is asked for',
    reason: 'environment_refused',
    applies: ({ claims, rules }) =>
      rules.environmentId !== undefined && !rules.environmentId.includes(String(own(claims, 'pid'))),
  },
  {
    number: 9,
    says: 'an audience can be read',
    reason: 'claim_malformed',
    applies: ({ claims, rules }) => {
      const aud = own(claims, 'aud');
      return rules.audience !== undefined && Array.isArray(aud) && !aud.every((each) => typeof each === 'string');
    },
  },
];

/** Reads a token that jose has accepted, so that it can be read. */
export function readLoosely(token: string, rules: Rules): LooseToken {
  const parts = token.split('.');
  const [header, claims] = parts.map((part, index) => (index < 2 ? JSON.parse(decodeText(part)) : undefined));
  return { token, parts, header, claims, rules };
}

/** As `atob` has it: any alphabet of the two, padding and white space where they like. */
function decode(part: string): Uint8Array {
  const binary = atob(part.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

function decodeText(part: string): string {
  return new TextDecoder().decode(decode(part));
}

function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** There, and something else than a text. */
function isNoText(value: unknown): boolean {
  return value !== undefined && value !== null && !isText(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
