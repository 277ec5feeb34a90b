import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anyVerifier, createVerifier, type Verifier, type VerifierEvent, type VerifierOptions } from '@torii/core';
import { createJwtVerifier } from '@torii/core/jwt';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { failOnCrashes } from '../../scripts/crash-guard.ts';
import { createNodeHttpApp } from '../adapters/node-http.ts';
import { cases, emulators, fill, optionsOf, verifiers } from './questions.ts';
import { sendRaw } from './raw-request.ts';

// The same requests to servers that differ only in the verifier: the answers must be the same, byte for byte.

failOnCrashes();
// Two functions fetch the keys of one issuer.
vi.spyOn(console, 'warn').mockReturnValue();
afterAll(async () => {
  for (const emulator of Object.values(emulators)) await emulator.stop();
});

const never = new Promise<never>(() => {});
const { issuer } = emulators.torii;
const stranger = createJwtVerifier({
  issuer: 'https://login.example.com',
  secret: 'a secret of an issuer that none of these tokens has',
  algorithms: ['HS256'],
});

/** Wraps the options of a verifier. */
type Make = (options: VerifierOptions, onEvent: (event: VerifierEvent) => void) => Verifier;

const observing =
  (makeOther: () => Verifier): Make =>
  (options, onEvent) =>
    createVerifier({ ...options, onEvent, observe: makeOther() });

const kinds: Readonly<Record<string, Make>> = {
  'that observes a stranger': observing(() => stranger),
  'that observes one whose keys never come': observing(() => createVerifier({ issuer, fetch: () => never })),
  'that observes one whose check never answers': observing(() => createVerifier({ issuer, checks: [() => never] })),
  'that observes one whose check throws': observing(() =>
    createVerifier({
      issuer,
      checks: [
        () => {
          throw undefined;
        },
      ],
    }),
  ),
  'in a list with a stranger': ({ publicPaths, allowPreflight, ...options }, onEvent) =>
    anyVerifier([stranger, createVerifier(options)], {
      ...(publicPaths && { publicPaths }),
      ...(allowPreflight && { allowPreflight }),
      onEvent,
    }) as Verifier,
};

/** One server for each entry of `verifiers` in cases.json. */
function makeServers(make: Make) {
  const events: string[] = [];
  const servers = Object.entries(verifiers).map(([name, data]) => {
    const { options, source } = optionsOf(data);
    const verifier = make({ issuer: '', ...options, ...(source && { revocations: source }) }, ({ type }) => {
      events.push(type);
    });
    return { name, source, server: createServer(createNodeHttpApp({ verifier, visit: () => {} })) };
  });
  return { events, servers, named: (wanted = 'usual') => servers.find(({ name }) => name === wanted) };
}

type Servers = ReturnType<typeof makeServers>;
const listen = ({ servers }: Servers) =>
  Promise.all(servers.map(({ server }) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))));
const close = ({ servers }: Servers) =>
  Promise.all(servers.map(({ server }) => new Promise((resolve) => server.close(resolve))));
const portOf = (server: Server | undefined) => (server?.address() as AddressInfo | undefined)?.port ?? 0;

async function answersOf(to: Servers, each: (typeof cases)[number]): Promise<readonly object[]> {
  const { verifier, method = 'GET', target = '/', authorization, headers, revokedAfter, revoke } = each;
  const { server, source } = to.named(verifier) ?? {};
  const port = portOf(server);
  const lines = [...(authorization ?? []).map((value) => ['Authorization', value]), ...(headers ?? [])];
  const request = fill({ target, lines }, `127.0.0.1:${port}`) as { target: string; lines: [string, string][] };
  const send = async () => {
    const answer = await sendRaw(port, { method, target: request.target, headers: request.lines });
    const [status, body] = [answer.status, answer.body];
    return { status, body, headers: [...answer.headers].filter(([name]) => name !== 'date') };
  };
  if (revokedAfter === undefined) return [await send()];
  const before = await send();
  source?.revoke(String(fill(revoke)));
  return [before, await send()];
}

const plain = makeServers(createVerifier);
const plainAnswers = new Map<object, readonly object[]>();
beforeAll(async () => {
  await listen(plain);
  // Once, because a case revokes its token.
  for (const each of cases) plainAnswers.set(each, await answersOf(plain, each));
});
afterAll(() => close(plain));

describe.each(Object.entries(kinds))('a verifier %s', (name, make) => {
  const changed = makeServers(make);
  beforeAll(() => listen(changed));
  afterAll(() => close(changed));

  test('answers every case as it would alone', async () => {
    expect(cases.length).toBeGreaterThan(100);
    for (const each of cases) {
      const [given, wanted] = [await answersOf(changed, each), plainAnswers.get(each)];
      // A list looks at the issuer first, which these tokens lack.
      const isUnsigned = name.includes('list') && each.answer.refusal === 'algorithm_refused';
      if (isUnsigned)
        expect
          .soft(given, each.name)
          .toMatchObject([{ status: 401, body: expect.stringContaining('"reason":"claim_missing"') }]);
      else expect.soft(given, each.name).toEqual(wanted);
    }
    const reported = changed.events.filter((type) => /^(?:agreed|disagreed|not_observed)$/.test(type));
    if (/stranger$|throws$/.test(name) && !name.includes('list')) expect(reported.length).toBeGreaterThan(50);
  });
});
