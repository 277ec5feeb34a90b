import type { Case, Group, KeyAnswer, Step } from '../case.ts';
import { issuer, makeKey, mint, type SigningKey } from '../issuer.ts';
import type { LocalServer, Way } from '../local-server.ts';

const good = 'user_1 of env_1';
const minuteMs = 60_000;

/** How keys are fetched, refreshed and cached, and which events are emitted: security statements 3, 4, 11 and 12. */
export async function listKeyCases(server: LocalServer): Promise<Group> {
  const [first, second] = [await makeKey('key-1'), await makeKey('key-2')];
  const [token, later] = [await mint(first), await mint(second)];
  const stray = await mint(await makeKey('key-3'));
  const [old, both] = [publish(first), publish(first, second)];
  const swapped = publish({ ...second, publicJwk: { ...second.publicJwk, kid: 'key-1' } });
  const down: KeyAnswer = { status: 503, body: {} };
  const ahead = (minutes: number): Step => ({ clockAheadMs: minutes * minuteMs });

  const cases: Case[] = [
    fetching('1,000 tokens at once', [old], [{ token, times: 1000 }], `1000 times ${good}; 1 fetched`),
    fetching(
      '1,000 tokens with an unknown key at once',
      [old],
      [{ token }, { token: later, times: 1000 }],
      `${good}; 1000 times key_unknown; 2 fetched`,
    ),
    fetching('a new key', [old, both], [{ token }, { token: later }], `${good}; ${good}; 2 fetched`),
    {
      ...fetching(
        'a row of unknown keys with fake timers, then a new key',
        [old, old, both],
        [{ fakeTimers: true }, { token: stray }, { token: stray }, { token: later }],
        `key_unknown; key_unknown; ${good}; 3 fetched`,
      ),
      // workerd has no wait that a fake `setTimeout` leaves alone.
      only: 'processes',
    },
    fetching(
      'refreshed in the background after 4 minutes',
      [old, both],
      [{ token }, ahead(4.5), { token }],
      `${good}; ${good}; 2 fetched`,
    ),
    fetching(
      'a withdrawn key',
      [old, publish(second)],
      [{ token }, ahead(5.1), { token }],
      `${good}; key_unknown; 2 fetched`,
    ),
    fetching(
      'a key replaced under its id',
      [old, swapped],
      [{ token }, ahead(5.1), { token }],
      `${good}; signature_invalid; 2 fetched`,
    ),
    fetching(
      'an outage with cached keys',
      [old, down],
      [{ token }, ahead(11), { token }],
      `${good}; ${good}; 2 fetched`,
    ),
    fetching(
      'an outage longer than maxStaleSeconds',
      [old, down],
      [{ token }, ahead(11), { token }],
      `${good}; keys_unavailable; 2 fetched`,
      { maxStaleSeconds: 600 },
    ),
    fetching('an outage from the start', [down], [{ token }], 'keys_unavailable; 1 fetched'),
    fetching(
      'a clock that is set back',
      [old],
      [{ token }, ahead(-2), { token }],
      `${good}; token_not_yet_valid; 1 fetched`,
    ),
    fetching(
      'a private key in the set',
      [publish({ ...first, publicJwk: { ...first.publicJwk, d: 'AAAA' } })],
      [{ token }],
      'keys_unavailable; 1 fetched',
    ),
    fetching(
      'a key with a null member',
      [publish(first, { ...second, publicJwk: { ...second.publicJwk, d: null } })],
      [{ token }, { token: later }],
      `${good}; key_unknown; 2 fetched`,
    ),
    fetching('a key id that occurs twice', [publish(first, first)], [{ token }], 'keys_unavailable; 1 fetched'),
    fetching(
      'a point that is not on the curve',
      [publish({ ...first, publicJwk: { ...first.publicJwk, x: first.publicJwk['y'] } })],
      [{ token }],
      'key_unknown; 1 fetched',
    ),
    listening(
      'events of a token',
      [{ token }, { token }],
      `${good}; ${good}; 1 fetched; keys_fetched:key-1 verified verified_again`,
    ),
    listening(
      'events of a refusal',
      [{ token: later }],
      'key_unknown; 1 fetched; keys_fetched:key-1 refused:key_unknown',
    ),
    listening(
      'events of an outage',
      [{ token }],
      'keys_unavailable; 1 fetched; keys_failed refused:keys_unavailable',
      down,
    ),

    await overTheNetwork('a key endpoint', 'good', good),
    await overTheNetwork('a key endpoint that redirects', 'redirect', 'keys_unavailable'),
    await overTheNetwork('a key endpoint that answers 404', 'missing', 'keys_unavailable'),
    await overTheNetwork('a key endpoint that answers HTML', 'html', 'keys_unavailable'),
    await overTheNetwork('a key endpoint with a response that is too large', 'large', 'keys_unavailable'),
    await overTheNetwork('a key endpoint that breaks off', 'broken', 'keys_unavailable'),
    await overTheNetwork('a key endpoint that never answers', 'silent', 'keys_unavailable'),
  ];
  const configured: [name: string, options: object, option: string][] = [
    ['an issuer that is not set', { issuer: undefined }, 'issuer'],
    ['an issuer over plain http', { issuer: 'http://acme.torii.test' }, 'issuer'],
    ['an empty audience', { issuer, audience: [] }, 'audience'],
    ['an unknown option', { issuer, audiance: 'api' }, 'audiance'],
    ['a leeway of an hour', { issuer, clockTolerance: 3600 }, 'clockTolerance'],
  ];
  return {
    name: 'keys',
    cases: [
      ...cases,
      ...configured.map(
        ([name, options, option]): Case => ({
          name,
          expected: `configuration_invalid: ${option}`,
          question: { ask: 'verifier', options: { ...options }, steps: [] },
        }),
      ),
    ],
  };

  function fetching(
    name: string,
    keyAnswers: KeyAnswer[],
    steps: Step[],
    expected: string,
    options: object = {},
  ): Case {
    return { name, expected, question: { ask: 'verifier', options: { issuer, ...options }, keyAnswers, steps } };
  }

  function listening(name: string, steps: Step[], expected: string, answer: KeyAnswer = old): Case {
    return {
      name,
      expected,
      question: { ask: 'verifier', options: { issuer }, keyAnswers: [answer], listen: true, steps },
    };
  }

  /** Uses the platform's own `fetch`. */
  async function overTheNetwork(name: string, way: Way, expected: string): Promise<Case> {
    const issuer = `${server.origin}/${way}`;
    const token = await mint(server.key, { iss: issuer });
    return { name, expected, question: { ask: 'verifier', options: { issuer }, steps: [{ token }] } };
  }
}

function publish(...keys: readonly SigningKey[]): KeyAnswer {
  return { body: { keys: keys.map(({ publicJwk }) => publicJwk) } };
}
