// A token verified on Node: the signature is OpenSSL's, and all the rest is ours.
import { checks, ours, oursOver, peersOver, type Verify } from './contenders.ts';
import { blockingFloor, derFloor, floors, poolFloor } from './floors.ts';
import { atLeast, atMost, formatNumber, nobodyAhead } from './limits.ts';
import { makeMaterial } from './material.ts';
import { announceSteps } from './progress.ts';
import { chartOfRatios, tableOfRatios } from './ratio-table.ts';
import { type Measured, median, ratiosTo, valuesOf } from './rounds.ts';
import { reportSection } from './section.ts';
import { roundsOr } from './settings.ts';
import * as verification from './verification.ts';

announceSteps(8);
const rounds = roundsOr(15);
const material = await makeMaterial();
const verifiers: Record<string, Verify> = { ...oursOver(material), ...peersOver(material) };
const peers = Object.keys(verifiers).filter((name) => name !== ours);
const fast = 'fast-jwt, cache off';
const everybody = { ...verifiers, ...(await floors(material)) };
// One after the other: a measurement that waits would be measured along.
const alone = await verification.measureOneByOne(material, {
  title: 'Cold, one by one',
  rounds,
  contenders: everybody,
});
const inFlight = await verification.measureInFlight(material, {
  title: 'Cold, 64 in flight',
  rounds,
  contenders: everybody,
});
const stall = await verification.measureStall(material, {
  title: 'Stall of the loop, burst of 64',
  rounds,
  contenders: everybody,
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
const expired = await measureRefusals('An expired token', { claims: { exp: 1_700_000_000, iat: 1_699_990_000 } });
const foreignIssuer = { iss: 'https://other.example.com' };
const foreign = await measureRefusals("Another issuer's token", { claims: foreignIssuer, stranger: 'key-of-another' });
const posing = await measureRefusals("Another issuer's token that names our key", {
  claims: foreignIssuer,
  stranger: material.jwk.kid,
});

reportSection({
  title: 'Verifying a token on Node',
  text: [
    `ES256, a token of ${(await material.mint(1))[0]?.length} bytes, keys already fetched. "Cold" means a token that was not seen before. The floors verify the signature and do nothing else.`,
    'What each one looks at, besides the signature, `exp` and `iss`:',
    Object.entries(checks)
      .map(([name, what]) => `- **${name}**: ${what}`)
      .join('\n'),
  ],
  rounds,
  tables: [
    tableOfRatios({
      title: 'Cold, one by one',
      measured: alone,
      unit: 'a second',
      bases: ['jose', blockingFloor],
      note: 'crypto.verify takes a signature as JOSE has it, which Node 24 turns into DER slowly, or in DER. Whoever does that by itself is faster than the plain call.',
    }),
    tableOfRatios({
      title: 'Cold, 64 in flight',
      measured: inFlight,
      unit: 'a second',
      bases: ['jose', poolFloor],
      note: 'The thread pool’s floor gets its signatures in DER.',
    }),
    tableOfRatios({
      title: 'Stall of the loop, burst of 64',
      measured: stall,
      unit: 'ms late',
      bases: ['jose', fast],
      note: 'By how much a timer that is due every millisecond comes late at worst, while 64 cold tokens arrive at once. Less is better.',
    }),
    tableOfRatios({
      title: 'The same token again',
      measured: repeated,
      unit: 'a second',
      bases: ['jose', 'fast-jwt, cache on'],
    }),
    tableOfRatios({
      title: 'The same token again, in a new string',
      measured: arriving,
      unit: 'a second',
      bases: ['jose', 'fast-jwt, cache on'],
      note: 'As each request brings it: whoever looks a token up has to read all of it first, which one string spares after the first time.',
    }),
    tableOfRatios({ title: 'An expired token, refused', measured: expired, unit: 'a second', bases: ['jose', 'hono'] }),
    tableOfRatios({
      title: "Another issuer's token, refused",
      measured: foreign,
      unit: 'a second',
      bases: ['jose', 'hono'],
      note: 'Its key id is unknown. Who looks for the key first need not go further; who has one key has to verify.',
    }),
    tableOfRatios({
      title: "Another issuer's token that names our key, refused",
      measured: posing,
      unit: 'a second',
      bases: ['jose', 'hono'],
    }),
  ],
  limits: [
    atLeast(
      'Cold, one by one: ours to crypto.verify, blocking',
      0.85,
      'of the floor',
      ratiosTo(alone, ours, blockingFloor),
    ),
    atLeast(
      'Cold, one by one: ours to crypto.verify, blocking, in DER',
      0.85,
      'of the floor',
      ratiosTo(alone, ours, derFloor),
      'Such a loop never lets the event loop turn, so that every fifth token goes through the thread pool. Without that, single requests would be no faster, and a server that many ask at once slower. The rest is reading the token.',
    ),
    nobodyAhead(
      'Cold, one by one',
      alone,
      ours,
      peers,
      'jsonwebtoken does not look for the key by its id, nor at the types of most claims; every fifth of our tokens goes through the thread pool.',
    ),
    atLeast(
      'Cold, 64 in flight: ours to crypto.verify in the thread pool',
      0.85,
      'of the floor',
      ratiosTo(inFlight, ours, poolFloor),
      'The floor reads nothing. Ours takes each token apart on the one thread that serves everything else, in about 7 µs.',
    ),
    nobodyAhead('Cold, 64 in flight', inFlight, ours, peers),
    atMost('Stall of the loop, burst of 64', 0.5, 'of fast-jwt’s', ratiosTo(stall, ours, fast)),
    atLeast('The same token again, to jose', 120, 'times', ratiosTo(repeated, ours, 'jose')),
    atLeast(
      'The same token again, to fast-jwt’s default cache',
      4,
      'times',
      ratiosTo(repeated, ours, 'fast-jwt, cache on'),
      'It was more before tokens were looked up by their end, which is slower for one and the same string, and faster for a token as a request brings it: in a new one.',
    ),
    atMost('An expired token', 0.2, 'of jose’s time', timeRatio(expired)),
    atMost(
      "Another issuer's token",
      0.2,
      'of jose’s time',
      timeRatio(foreign),
      `jose does not find the key and stops there: it parses half of the token and makes an error, in ${formatNumber(1e6 / median(valuesOf(foreign, 'jose')))} µs. There is no signature in it to be spared.`,
    ),
    atMost("Another issuer's token that names our key", 0.2, 'of jose’s time', timeRatio(posing)),
  ],
  charts: [
    chartOfRatios('Cold, one by one: tokens a second', alone, 'jose', ours),
    chartOfRatios('Cold, 64 in flight: tokens a second', inFlight, 'jose', ours),
    chartOfRatios('The same token again: verifications a second', repeated, 'jose', ours),
  ],
});

function measureRefusals(title: string, changes: Parameters<typeof material.mint>[1] & object): Promise<Measured> {
  return verification.measureRefusals(material, changes, { title, rounds, contenders: verifiers });
}

/** Rates turned round: how long ours takes beside jose. */
function timeRatio(measured: Measured) {
  return ratiosTo(measured, 'jose', ours);
}
