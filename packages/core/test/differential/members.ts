import fc from 'fast-check';
import { issuer } from '../mint.ts';

/** A change of a JSON member. `first` and `last` add a second member of the same name. */
export interface Change {
  readonly name: string;
  readonly json: string;
  readonly how: 'set' | 'first' | 'last' | 'leave out';
}

/** The time of verification: a whole second, because jose rounds the current time to seconds. */
export const nowSeconds = 1_900_000_000;

/** JSON text, including JSON that JSON.stringify does not produce and invalid JSON. */
const anyJson = fc.oneof(
  fc.constantFrom('null', 'true', 'false', '[]', '{}', '""', '0', '-0', '-1', '[null]', '{"__proto__":1}'),
  fc.constantFrom(
    '1e400',
    '-1e400',
    '1e-400',
    '1E2',
    '9007199254740993',
    '01',
    '+1',
    '.5',
    '0x10',
    'NaN',
    'undefined',
    "'x'",
  ),
  fc.constantFrom(
    '"\\ud800"',
    '"\\u0000"',
    '"ÿ"',
    '"😀"',
    '"\\u0065nv_1"',
    '"env_1 "',
    '"env_2"',
    '"env_3"',
    '"user_2"',
  ),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
  fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
);
/** Seconds around the limits of the clock tolerance. */
const edges = [-31, -30, -29, 0, 29, 30, 31];
const time = fc.oneof(
  fc.constantFrom(...edges.map((seconds) => String(nowSeconds + seconds))),
  fc.integer({ min: -40, max: 40 }).map((seconds) => String(nowSeconds + seconds)),
  fc.integer({ min: -400, max: 400 }).map((tenths) => String(nowSeconds + tenths / 10)),
  fc.constantFrom('1e400', '-1e400', '1e300', '-1', '"1900000000"', 'null', 'true', '[1900000000]', '1.9e9', '0'),
  anyJson,
);
const issuers = fc.oneof(
  fc
    .constantFrom(
      `${issuer}/`,
      `${issuer}//`,
      issuer.toUpperCase(),
      `${issuer}:443`,
      `${issuer}.evil.test`,
      `${issuer} `,
    )
    .map((text) => JSON.stringify(text)),
  fc
    .constantFrom(
      issuer.replace('https', 'http'),
      issuer.replace('//', '//user@'),
      issuer.slice(0, -1),
      'https://evil.test',
    )
    .map((text) => JSON.stringify(text)),
  fc.constant(JSON.stringify([issuer])),
  anyJson,
);
const audiences = fc.oneof(
  fc.constantFrom('"api"', '"web"', '"cli"', '["api"]', '["cli","web"]', '["api",1]', '[["api"]]', '[]', '"API"'),
  anyJson,
);
const organizations = fc.constantFrom(
  '{"id":"org_1"}',
  '{"id":"org_2"}',
  '{"id":1}',
  '{"id":""}',
  '{}',
  '"org_1"',
  '1',
  'null',
);

export const claimChange = fc.oneof(
  changeOf(['iat', 'exp', 'nbf'], time),
  changeOf(['iss'], issuers),
  changeOf(['aud'], audiences),
  changeOf(['sub', 'pid', 'act', 'org_id', 'jti', '__proto__', 'constructor', ''], anyJson),
  changeOf(['o'], organizations),
);
const algorithms = fc.constantFrom(
  '"none"',
  '"None"',
  '"HS256"',
  '"RS256"',
  '"ES384"',
  '"ES256K"',
  '"EdDSA"',
  '"es256"',
  '["ES256"]',
  '""',
);
const extensions = fc.constantFrom(
  '["b64"]',
  '["x"]',
  '[]',
  '["alg"]',
  '["b64","b64"]',
  '"b64"',
  'null',
  'true',
  'false',
  '[1]',
);
export const headerChange = fc.oneof(
  changeOf(['alg'], fc.oneof(algorithms, anyJson)),
  changeOf(['crit', 'b64', 'x'], extensions),
  changeOf(['kid'], fc.oneof(fc.constantFrom('"key-2"', '"KEY-1"', '"../../x"', '"key-1 "', '"__proto__"'), anyJson)),
  changeOf(['typ', 'cty', 'jku', 'jwk', 'x5u', 'x5c', 'zip', 'enc', '__proto__', 'constructor'], anyJson),
);

function changeOf(names: readonly string[], json: fc.Arbitrary<string>): fc.Arbitrary<Change> {
  const how = fc.oneof(
    { weight: 6, arbitrary: fc.constant('set' as const) },
    { weight: 3, arbitrary: fc.constantFrom('first', 'last', 'leave out') },
  );
  return fc.record({ name: fc.constantFrom(...names), json, how });
}
