import { anyVerifier, createVerifier, type Verifier, type VerifierEvent, type VerifierOptions } from '@torii/core';
import { createJwtVerifier } from '@torii/core/jwt';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { failOnCrashes } from '../../scripts/crash-guard.ts';
import type { CreateApp } from '../adapters/subject.ts';
import { serveApp } from '../src/app-server.ts';
import { type Case, listCases } from '../src/cases.ts';
import { startIssuers } from '../src/issuers.ts';
import { settingOf } from '../src/questions.ts';
import { sendRaw } from '../src/raw-request.ts';
import type { TestServer } from '../src/test-server.ts';

failOnCrashes();
// Two functions fetch the keys of one issuer.
vi.spyOn(console, 'warn').mockReturnValue();

const issuers = await startIssuers();
afterAll(() => issuers.stop());

const never = new Promise<never>(() => {});
const issuer = issuers.torii.url;
const strangerOptions = {
  issuer: 'https://login.example.com',
  secret: 'a secret of an issuer that none of these tokens has',
  algorithms: ['HS256'],
} as const;
const stranger = createJwtVerifier(strangerOptions);

/** Creates the verifier of a server. */
type Make = (options: VerifierOptions, onEvent: (event: VerifierEvent) => void) => Verifier;

const observing =
  (observe: Verifier): Make =>
  (options, onEvent) =>
    createVerifier({ ...options, onEvent, observe });

const kinds: Readonly<Record<string, Make>> = {
  'that observes a stranger': observing(stranger),
  'that observes one whose keys never come': observing(createVerifier({ issuer, fetch: () => never })),
  'that observes one whose check never answers': observing(createVerifier({ issuer, checks: [() => never] })),
  'that observes one whose check throws': observing(
    createVerifier({
      issuer,
      checks: [
        () => {
          throw undefined;
        },
      ],
    }),
  ),
  'in a list with a stranger': ({ publicPaths, allowPreflight, ...options }, onEvent) => {
    const { header, scheme } = options;
    // Otherwise, the stranger would read Authorization.
    const places = { ...(header && { header }), ...(scheme && { scheme }) };
    return anyVerifier([createJwtVerifier({ ...strangerOptions, ...places }), createVerifier(options)], {
      ...(publicPaths && { publicPaths }),
      ...(allowPreflight && { allowPreflight }),
      onEvent,
    }) as Verifier;
  },
};

/** The answers to all cases, with one server for each set of options. */
async function answersTo(createApp: CreateApp, make: Make) {
  const events: string[] = [];
  const start = serveApp({
    createApp,
    createVerifier: (options) => make(options as VerifierOptions, ({ type }) => void events.push(type)),
  });
  const answers = new Map<Case, readonly object[]>();
  for (const name of new Set(cases.map(({ options }) => options))) {
    const server = await start(settingOf(name, issuers));
    for (const each of cases) if (each.options === name) answers.set(each, await answersOf(each, server));
    await server.stop?.();
  }
  return { answers, events };
}

async function answersOf({ method, revokedAfter, revoke = '', ...each }: Case, server: TestServer) {
  const { target, headers } = issuers.fill({ target: each.target, headers: each.headers }, new URL(server.url).host);
  const send = async () => {
    const answer = await sendRaw(server.url, { method, target, headers });
    // What depends on the time.
    return { ...answer, headers: [...answer.headers].filter(([name]) => name !== 'date' && name !== 'retry-after') };
  };
  if (revokedAfter === undefined) return [await send()];
  const before = await send();
  await server.revoke?.(issuers.fill(revoke));
  return [before, await send()];
}

const cases = listCases();

/** Sends all cases to servers that differ only in the verifier: the answers must be the same, byte for byte. */
export function describeObserved(adapter: string, createApp: CreateApp): void {
  describe(adapter, () => {
    let plain: Awaited<ReturnType<typeof answersTo>>;
    beforeAll(async () => {
      plain = await answersTo(createApp, createVerifier);
    });

    test.each(Object.entries(kinds))('[46] a verifier %s answers every case as it would alone', async (name, make) => {
      const isList = name.includes('list');
      expect(cases.length).toBeGreaterThan(100);
      const { answers, events } = await answersTo(createApp, make);
      for (const each of cases) {
        const given = answers.get(each);
        // A list looks at the issuer first, which these tokens lack.
        const lacksIssuer = isList && each.answer.refusal === 'algorithm_refused';
        if (lacksIssuer && JSON.stringify(given).includes('The token lacks a claim: iss.'))
          expect.soft(given, each.name).toMatchObject([{ status: 401 }]);
        else expect.soft(given, each.name).toEqual(plain.answers.get(each));
      }
      const reports = events.filter((type) => /^(?:agreed|disagreed|not_observed)$/.test(type));
      if (/stranger$|throws$/.test(name) && !isList) expect(reports.length).toBeGreaterThan(100);
    });
  });
}
