import type { Reason, VerifierOptions } from '@torii/core';
import { startEmulator, type TokenOptions } from '@torii/emulator';
import { expect } from 'vitest';
import { createSource, type RevocationData, type TestSource } from '../adapters/revocations.ts';
import { appError } from '../adapters/subject.ts';
import table from '../cases.json' with { type: 'json' };
import type { RawAnswer } from './raw-request.ts';
import { digestOf, twinOf } from './revocable-tokens.ts';

/** A case of cases.json. README.md describes the fields. */
export interface Case {
  readonly name: string;
  readonly statement?: number;
  readonly verifier?: string;
  readonly method?: string;
  readonly target?: string;
  readonly targets?: readonly string[];
  readonly authorization?: readonly string[];
  readonly headers?: readonly (readonly string[])[];
  /** The answer to the same request before `revoke`. */
  readonly revokedAfter?: Expectation;
  readonly revoke?: string;
  readonly answer: Expectation;
}

interface Expectation {
  readonly handler?: string;
  readonly userId?: string | null;
  readonly refusal?: string | readonly string[];
  readonly message?: string;
  readonly status?: readonly number[];
  readonly publicOr?: readonly number[];
  readonly appError?: boolean;
}

interface RefusalRule {
  readonly status: number;
  readonly code: string;
  readonly challenge?: string;
  readonly error?: string;
  readonly retryAfter?: boolean;
}

// A new reason in core does not compile until cases.json has its response.
const refusals: Readonly<Record<string, RefusalRule>> = table.refusals satisfies Record<Reason, RefusalRule>;

export const emulators = {
  torii: await startEmulator(),
  other: await startEmulator(),
  unreachable: await startEmulator(),
};
emulators.unreachable.fail('keys');

const places: Readonly<Record<string, string>> = {
  issuer: emulators.torii.issuer,
  unreachable: emulators.unreachable.issuer,
};
interface TokenData {
  readonly from?: string;
  readonly mint?: object;
  readonly text?: string;
  readonly twinOf?: string;
}

const tokens = new Map<string, string>();
for (const [name, source] of Object.entries<TokenData>(table.tokens)) {
  const emulator = Object.entries(emulators).find(([key]) => key === (source.from ?? 'torii'))?.[1];
  if (emulator === undefined)
    throw new Error(`The token ${name} in cases.json names an unknown emulator: ${source.from}.`);
  // Long-lived by default: building the Next apps can take longer than a usual token lives.
  const options = { expiresInSeconds: 86_400, ...(fill(source.mint ?? {}) as TokenOptions) };
  const twin = source.twinOf === undefined ? undefined : twinOf(tokens.get(source.twinOf) ?? '');
  tokens.set(name, source.text ?? twin ?? (await emulator.token(options)));
}

/** Texts that no response may contain: tokens, stack traces, and expected roles, audiences, issuers and keys. */
const secrets = [
  'eyJ',
  '    at ',
  'org:administrator',
  'api.expected.test',
  'env_expected',
  ...Object.values(emulators).flatMap(({ issuer, environmentId, keyIds }) => [issuer, environmentId, ...keyIds]),
];

/** All cases. A case with several targets becomes one case for each target. */
export const cases = (table.cases as readonly Case[]).flatMap(({ targets, ...each }) =>
  targets === undefined ? [each] : targets.map((target) => ({ ...each, target, name: `${each.name}: ${target}` })),
);

/** Options of `createVerifier`, by name. The issuer is added by the tests. */
export const verifiers: Readonly<Record<string, object>> = table.verifiers;

/** Options of a verifier with the source of its revocations, if cases.json has revocations for it. */
export function optionsOf(data: object): { options: Partial<VerifierOptions>; source?: TestSource } {
  const { revocations, ...options } = fill(data) as Partial<VerifierOptions> & { revocations?: RevocationData };
  const { issuer, environmentId } = emulators.torii;
  if (revocations === undefined) return { options: { issuer, ...options } };
  const source = createSource(revocations, { issuer, environmentId });
  return { options: { issuer, ...options }, source };
}

/** Expects a response, and the handlers that ran, to be what the case says. */
export function judge(given: RawAnswer, wanted: Expectation, visits: readonly string[], method: string): void {
  for (const secret of secrets) expect(given.body).not.toContain(secret);
  if (wanted.handler !== undefined) {
    expect(given.status).toBe(200);
    expect(JSON.parse(given.body)).toEqual({ handler: wanted.handler, userId: wanted.userId });
    expect(visits).toEqual([wanted.handler]);
  } else if (wanted.publicOr !== undefined) {
    if (visits.length > 0) expect(visits).toEqual(['public']);
    else expect(wanted.publicOr).toContain(given.status);
  } else {
    expect(visits).toEqual([]);
    if (wanted.appError) {
      expect([given.status, JSON.parse(given.body)]).toEqual([appError.status, appError.body]);
    } else if (wanted.refusal !== undefined) judgeRefusal(given, wanted, method);
    else expect(wanted.status).toContain(given.status);
  }
}

/** Expects a refusal with the status, challenge, headers and body that `refusals` in cases.json lists for its reason. */
function judgeRefusal({ status, headers, body }: RawAnswer, wanted: Expectation, method: string): void {
  const reasons = [wanted.refusal ?? []].flat();
  // HEAD has no body to read the reason from.
  const reason = method === 'HEAD' ? reasons[0] : (JSON.parse(body).error?.reason as string);
  expect(reasons).toContain(reason);
  const rule = reason === undefined ? undefined : refusals[reason];
  expect(status).toBe(rule?.status);

  const challenge = headers.get('www-authenticate');
  if (rule?.error !== undefined) {
    expect(challenge).toMatch(
      new RegExp(
        `^Bearer realm="torii", error="${rule.error}", error_description="[\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E]+"$`,
      ),
    );
  } else expect(challenge).toBe(rule?.challenge);
  if (rule?.retryAfter) expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  else expect(headers.has('retry-after')).toBe(false);
  expect(headers.get('cache-control')).toBe('private, no-store');
  expect(headers.get('vary')).toBe('Authorization, Cookie');
  expect(headers.get('content-type')).toMatch(/^application\/json/);

  if (method === 'HEAD') {
    expect(body).toBe('');
    return;
  }
  expect(JSON.parse(body)).toEqual({
    error: { code: rule?.code, reason, message: wanted.message ?? expect.stringMatching(/^[A-Z][^\r\n]+\.$/) },
  });
}

/** Replaces `{token:NAME}`, `{digest:NAME}`, `{issuer}`, `{unreachable}` and `{host}`. */
export function fill(value: unknown, host = ''): unknown {
  return JSON.parse(
    JSON.stringify(value).replace(
      /\{(token:|digest:)?([a-z -]+)\}/g,
      (whole, kind: string | undefined, name: string) => {
        const token = kind && tokens.get(name);
        const found = token ? (kind === 'token:' ? token : digestOf(token)) : name === 'host' ? host : places[name];
        if (found === undefined) throw new Error(`cases.json contains ${whole}, which is not defined.`);
        return found;
      },
    ),
  );
}
