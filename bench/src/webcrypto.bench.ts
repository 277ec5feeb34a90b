// Measures the build for edge runtimes, which uses Web Crypto. An export condition selects it, so it can run on Node.
import { honoOver, joseOver, ours, oursOver } from './contenders.ts';
import { subtleFloor, webFloor } from './floors.ts';
import { atLeast, noPeerFaster } from './limits.ts';
import { makeMaterial } from './material.ts';
import { announceSteps } from './progress.ts';
import { chartOfRatios, tableOfRatios } from './ratio-table.ts';
import { ratiosTo } from './rounds.ts';
import { reportSection } from './section.ts';
import { roundsOr } from './settings.ts';
import { measureInFlight, measureOneByOne } from './verification.ts';

announceSteps(2);
const rounds = roundsOr(15);
const material = await makeMaterial();
const contenders = {
  ...oursOver(material),
  ...joseOver(material),
  ...honoOver(material),
  ...(await webFloor(material.jwk)),
};
await requireWebCrypto();

const alone = await measureOneByOne(material, { title: 'Cold, one by one, web crypto', rounds, contenders });
const inFlight = await measureInFlight(material, { title: 'Cold, 64 in flight, web crypto', rounds, contenders });
const bases = ['jose', subtleFloor];
reportSection({
  title: 'Verifying a token with web crypto',
  text: [
    'The build for Workers, edge runtimes, Bun and Deno, run on this Node and compared with other libraries that use web crypto.',
    'hono is given its keys, and imports the key that it needs for each token.',
  ],
  rounds,
  tables: [
    tableOfRatios({ title: 'Cold, one by one, with web crypto', measured: alone, unit: 'per second', bases }),
    tableOfRatios({ title: 'Cold, 64 in flight, with web crypto', measured: inFlight, unit: 'per second', bases }),
  ],
  limits: [
    atLeast(
      'Cold, web crypto, one by one: compared with subtle.verify',
      0.85,
      'of the floor',
      ratiosTo(alone, ours, subtleFloor),
    ),
    atLeast(
      'Cold, web crypto, 64 in flight: compared with subtle.verify',
      0.85,
      'of the floor',
      ratiosTo(inFlight, ours, subtleFloor),
      'The floor parses nothing, and two threads verify while one thread parses tokens.',
    ),
    noPeerFaster('Cold, web crypto, one by one', alone, ours, ['jose', 'hono']),
  ],
  charts: [chartOfRatios('Cold, one by one, web crypto: tokens per second', alone, 'jose', ours)],
});

/** If the export condition did not work, the benchmark would measure the Node build without an error. */
async function requireWebCrypto(): Promise<void> {
  const [token = ''] = await material.mint(1);
  const original = crypto.subtle.verify;
  let calls = 0;
  crypto.subtle.verify = (...args) => {
    calls += 1;
    return original.apply(crypto.subtle, args);
  };
  await contenders[ours]?.(token);
  crypto.subtle.verify = original;
  if (calls === 0) throw new Error('The verifier did not call Web Crypto, so this is not the build for edge runtimes.');
}
