import {
  checks,
  guardedTwiceOver,
  manyOptionsOver,
  oneCall,
  oneCallsOver,
  ours,
  oursGuardedTwice,
  oursOver,
  peersOver,
  type Verify,
} from './contenders.ts';
import { blockingFloor, derFloor, floors, poolFloor } from './floors.ts';
import { atLeast, atMost, formatNumber, noPeerFaster } from './limits.ts';
import { makeMaterial } from './material.ts';
import { announceSteps } from './progress.ts';
import { chartOfRatios, tableOfRatios } from './ratio-table.ts';
import { type Measured, median, ratiosTo, valuesOf } from './rounds.ts';
import { reportSection } from './section.ts';
import { roundsOr } from './settings.ts';
import * as verification from './verification.ts';

announceSteps(10);
const rounds = roundsOr(15);
const material = await makeMaterial();
const verifiers: Record<string, Verify> = { ...oursOver(material), ...peersOver(material) };
const peers = Object.keys(verifiers).filter((name) => name !== ours);
const fast = 'fast-jwt, cache off';
const contenders = { ...verifiers, ...(await floors(material)) };
// Run one after the other: concurrent measurements would affect each other.
const alone = await verification.measureOneByOne(material, {
  title: 'Cold, one by one',
  rounds,
  contenders,
});
const inFlight = await verification.measureInFlight(material, {
  title: 'Cold, 64 in flight',
  rounds,
  contenders,
});
const stall = await verification.measureStall(material, {
  title: 'Event loop delay, burst of 64',
  rounds,
  contenders,
});
const repeated = await verification.measureRepeated(material, {
  title: 'The same token again',
  rounds,
  contenders: verifiers,
});
const arriving = await verification.measureArriving(material, {
  title: 'The same token again, in a new string',
  rounds,
  contenders: verifiers,
});
const guarded = await verification.measureRepeated(material, {
  title: 'The guard against a missing await',
  rounds,
  contenders: guardedTwiceOver(material),
});
const oneCalls = await verification.measureRepeated(material, {
  title: 'Options with each call',
  rounds,
  contenders: oneCallsOver(material),
});
// Measured last, because V8 gets slower once a function has received objects of several shapes.
const manyOptions = await verification.measureRepeated(material, {
  title: 'More options with each call',
  rounds,
  contenders: manyOptionsOver(material),
});
const expired = await measureRefusals('An expired token', { claims: { exp: 1_700_000_000, iat: 1_699_990_000 } });
const foreignIssuer = { iss: 'https://other.example.com' };
const foreign = await measureRefusals("Another issuer's token", {
  claims: foreignIssuer,
  foreignKid: 'key-of-another',
});
const posing = await measureRefusals("Another issuer's token that names our key", {
  claims: foreignIssuer,
  foreignKid: material.jwk.kid,
});

reportSection({
  title: 'Verifying a token on Node',
  text: [
    `ES256, a token of ${(await material.mint(1))[0]?.length} bytes, keys already fetched. "Cold" means a token that was not verified before. The floors verify the signature and do nothing else.`,
    'What each one checks, besides the signature, `exp` and `iss`:',
    Object.entries(checks)
      .map(([name, what]) => `- **${name}**: ${what}`)
      .join('\n'),
  ],
  rounds,
  tables: [
    tableOfRatios({
      title: 'Cold, one by one',
      measured: alone,
      unit: 'per second',
      bases: ['jose', blockingFloor],
      note: 'crypto.verify accepts a signature in the format of JOSE, which Node 24 converts to DER slowly, or in DER. A verifier that converts the signature itself is faster than the plain call.',
    }),
    tableOfRatios({
      title: 'Cold, 64 in flight',
      measured: inFlight,
      unit: 'per second',
      bases: ['jose', poolFloor],
      note: 'The floor for the thread pool gets its signatures in DER.',
    }),
    tableOfRatios({
      title: 'Event loop delay, burst of 64',
      measured: stall,
      unit: 'ms late',
      bases: ['jose', fast],
      note: 'How late a timer that is due every millisecond fires at worst, while 64 cold tokens arrive at once. Less is better.',
    }),
    tableOfRatios({
      title: 'The same token again',
      measured: repeated,
      unit: 'per second',
      bases: ['jose', 'fast-jwt, cache on'],
    }),
    tableOfRatios({
      title: 'The same token again, in a new string',
      measured: arriving,
      unit: 'per second',
      bases: ['jose', 'fast-jwt, cache on'],
      note: 'As in a request: a cache has to read all of a new string to look up the token. It reads the same string only once.',
    }),
    tableOfRatios({
      title: 'The guard against a missing await',
      measured: guarded,
      unit: 'per second',
      bases: [ours],
      note: 'The same token again. The promises that a verifier returns throw if a field of the result is read from them. The second row adds this guard a second time: the difference is what one guard costs.',
    }),
    tableOfRatios({
      title: 'The same token again, options with each call',
      measured: oneCalls,
      unit: 'per second',
      bases: ['jose', oneCall.verify, oneCall.authenticate],
      note: 'Each call of `verifyToken` and `authenticateRequest` gets a new object of options. jose gets the token, not a request.',
    }),
    tableOfRatios({
      title: 'The same token again, more options with each call',
      measured: manyOptions,
      unit: 'per second',
      bases: ['jose', oneCall.verify],
      note: 'Five kinds of option objects in one process. With a new function in each call, the options are read anew; with a new `fetch`, the keys are fetched and the signature is verified anew.',
    }),
    tableOfRatios({
      title: 'An expired token, refused',
      measured: expired,
      unit: 'per second',
      bases: ['jose', 'hono'],
    }),
    tableOfRatios({
      title: "Another issuer's token, refused",
      measured: foreign,
      unit: 'per second',
      bases: ['jose', 'hono'],
      note: 'Its key id is unknown. A verifier that looks up the key first can stop there. A verifier with a single key has to verify the signature.',
    }),
    tableOfRatios({
      title: "Another issuer's token that names our key, refused",
      measured: posing,
      unit: 'per second',
      bases: ['jose', 'hono'],
    }),
  ],
  limits: [
    atLeast(
      'Cold, one by one: compared with crypto.verify, blocking',
      0.85,
      'of the floor',
      ratiosTo(alone, ours, blockingFloor),
    ),
    atLeast(
      'Cold, one by one: compared with crypto.verify, blocking, in DER',
      0.85,
      'of the floor',
      ratiosTo(alone, ours, derFloor),
      'The floor only verifies the signature. The rest of the time is spent on parsing the token, checking its claims and caching the result.',
    ),
    noPeerFaster(
      'Cold, one by one',
      alone,
      ours,
      peers,
      'jsonwebtoken does not look up the key by its id, does not check the types of most claims, and caches nothing.',
    ),
    atLeast(
      'Cold, 64 in flight: compared with crypto.verify in the thread pool',
      0.85,
      'of the floor',
      ratiosTo(inFlight, ours, poolFloor),
      'The floor parses nothing. Ours parses each token, checks its claims and caches the result, on the thread that also does everything else.',
    ),
    noPeerFaster('Cold, 64 in flight', inFlight, ours, peers),
    atMost('Event loop delay, burst of 64', 0.5, 'of fast-jwt’s', ratiosTo(stall, ours, fast)),
    atLeast('The same token again: compared with jose', 120, 'times', ratiosTo(repeated, ours, 'jose')),
    atLeast(
      'The same token again: compared with fast-jwt’s default cache',
      4,
      'times',
      ratiosTo(repeated, ours, 'fast-jwt, cache on'),
      'Most of the time creates the promise, and guards it against a missing `await`. fast-jwt returns the payload itself.',
    ),
    atLeast(
      'The guard against a missing await',
      0.75,
      'of the rate with one guard',
      ratiosTo(guarded, oursGuardedTwice, ours),
    ),
    atLeast(
      '`verifyToken(token, { issuer })`: compared with `verifier.verify`',
      0.6,
      'of its rate',
      ratiosTo(oneCalls, oneCall.verifyToken, oneCall.verify),
    ),
    atLeast(
      '`verifyToken`, three options, one of them a list: compared with `verifier.verify`',
      0.6,
      'of its rate',
      ratiosTo(manyOptions, oneCall.moreOptions, oneCall.verify),
      'With five kinds of option objects in one process, V8 reads each of them more slowly.',
    ),
    atLeast(
      '`verifyToken(token, { issuer })`: compared with jose',
      100,
      'times',
      ratiosTo(oneCalls, oneCall.verifyToken, 'jose'),
    ),
    atLeast(
      '`authenticateRequest(request, { issuer })`: compared with `verifier.authenticate`',
      0.6,
      'of its rate',
      ratiosTo(oneCalls, oneCall.authenticateRequest, oneCall.authenticate),
    ),
    atLeast(
      '`authenticateRequest(request, { issuer })`: compared with `verifier.verify`, which gets the token',
      0.6,
      'of its rate',
      ratiosTo(oneCalls, oneCall.authenticateRequest, oneCall.verify),
      'Half of the time is spent on the request: which kind of request it is, whether it has the header once, in any spelling, and where the token begins. A verifier that is created once spends the same time. A separate way to read plain objects without these checks would reach 0.65.',
    ),
    atLeast(
      '`authenticateRequest(request, { issuer })`: compared with jose, which gets the token',
      100,
      'times',
      ratiosTo(oneCalls, oneCall.authenticateRequest, 'jose'),
      'Finding the token in a request takes as long as verifying a known token.',
    ),
    atLeast(
      '`verifyToken`, a new `onEvent` in each call: compared with jose',
      1.6,
      'times',
      ratiosTo(manyOptions, oneCall.inlineListener, 'jose'),
    ),
    atLeast(
      '`authenticateRequest`, a new check in each call: compared with jose',
      1.6,
      'times',
      ratiosTo(manyOptions, oneCall.inlineCheck, 'jose'),
    ),
    atMost('An expired token', 0.2, 'of jose’s time', timeRatio(expired)),
    atMost(
      "Another issuer's token",
      0.2,
      'of jose’s time',
      timeRatio(foreign),
      `jose does not find the key and stops there: it parses half of the token and creates an error, in ${formatNumber(1e6 / median(valuesOf(foreign, 'jose')))} µs. So jose does not verify a signature either, and an earlier refusal saves little.`,
    ),
    atMost("Another issuer's token that names our key", 0.2, 'of jose’s time', timeRatio(posing)),
  ],
  charts: [
    chartOfRatios('Cold, one by one: tokens per second', alone, 'jose', ours),
    chartOfRatios('Cold, 64 in flight: tokens per second', inFlight, 'jose', ours),
    chartOfRatios('The same token again: verifications per second', repeated, 'jose', ours),
  ],
});

function measureRefusals(title: string, changes: Parameters<typeof material.mint>[1] & object): Promise<Measured> {
  return verification.measureRefusals(material, changes, { title, rounds, contenders: verifiers });
}

/** The time of our verifier, relative to jose: the inverse ratio of the rates. */
function timeRatio(measured: Measured) {
  return ratiosTo(measured, 'jose', ours);
}
