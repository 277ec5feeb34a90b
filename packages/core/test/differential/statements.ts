// The only reasons for which this package may refuse a token that jose accepts. Each statement checks a token without code
// of this package, and names the reason of the refusal.
import { base64url } from '../mint.ts';
import { nowSeconds } from './members.ts';
import type { Rules } from './verdict.ts';

/** A token, decoded as leniently as jose decodes it. */
export interface LooseToken {
  readonly token: string;
  readonly parts: readonly string[];
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly rules: Rules;
}

export interface Statement {
  /** The number in the list of security statements. */
  readonly number: number;
  readonly says: string;
  /** The reason of the refusal. */
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
    says: 'extensions are refused',
    reason: 'token_malformed',
    applies: ({ header }) => Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64'),
  },
  {
    number: 7,
    says: 'iat and exp are required',
    reason: 'claim_missing',
    applies: ({ claims }) => own(claims, 'iat') === undefined || own(claims, 'exp') === undefined,
  },
  {
    number: 7,
    says: 'times are finite and not negative',
    reason: 'claim_malformed',
    applies: ({ claims }) =>
      times.some((name) => {
        const value = own(claims, name);
        return typeof value === 'number' && (value > Number.MAX_SAFE_INTEGER || value < 0);
      }),
  },
  {
    number: 7,
    says: 'iat is not in the future',
    reason: 'token_not_yet_valid',
    applies: ({ claims }) => Number(own(claims, 'iat')) > nowSeconds + 30,
  },
  {
    number: 8,
    says: 'sub and pid are required',
    reason: 'claim_missing',
    applies: ({ claims }) => (own(claims, 'sub') ?? null) === null || (own(claims, 'pid') ?? null) === null,
  },
  {
    number: 8,
    says: 'sub and pid are non-empty strings',
    reason: 'claim_malformed',
    applies: ({ claims }) => isNotText(own(claims, 'sub')) || isNotText(own(claims, 'pid')),
  },
  {
    number: 8,
    says: 'an actor is an object',
    reason: 'claim_malformed',
    applies: ({ claims }) => Object.hasOwn(claims, 'act') && !isObject(own(claims, 'act')),
  },
  {
    number: 8,
    says: 'an organization is well-formed and unambiguous',
    reason: 'claim_malformed',
    applies: ({ claims }) => {
      const [flat, o] = [own(claims, 'org_id') ?? null, own(claims, 'o') ?? null];
      const nested = isObject(o) ? (own(o, 'id') ?? null) : null;
      const isUnreadable = isNotText(flat) || isNotText(nested) || (o !== null && !isObject(o));
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
    says: 'the environment is an accepted one',
    reason: 'environment_refused',
    applies: ({ claims, rules }) =>
      rules.environmentId !== undefined && !rules.environmentId.includes(String(own(claims, 'pid'))),
  },
  {
    number: 9,
    says: 'an audience list contains only strings',
    reason: 'claim_malformed',
    applies: ({ claims, rules }) => {
      const aud = own(claims, 'aud');
      return rules.audience !== undefined && Array.isArray(aud) && !aud.every((each) => typeof each === 'string');
    },
  },
  {
    number: 39,
    says: 'an audience is named by the option audience',
    reason: 'audience_refused',
    applies: ({ claims, rules }) => rules.audience === undefined && Object.hasOwn(claims, 'aud'),
  },
];

/** Decodes a token that jose has accepted. */
export function readLoosely(token: string, rules: Rules): LooseToken {
  const parts = token.split('.');
  const [header, claims] = parts.map((part, index) => (index < 2 ? JSON.parse(decodeText(part)) : undefined));
  return { token, parts, header, claims, rules };
}

/** Decodes base64 and base64url, with padding and white space anywhere. */
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

/** Present, but not a non-empty string. */
function isNotText(value: unknown): boolean {
  return value !== undefined && value !== null && !isText(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
