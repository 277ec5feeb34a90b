/** A mutant that may survive. */
export interface Judgement {
  /** From packages/. */
  readonly file: string;
  /** The expression that is changed, with every run of white space as one space. */
  readonly code: string;
  readonly mutants: readonly string[];
  readonly because: string;
}

const speed = 'Only speed: the result is the same without it.';
const wording = 'The wording of a text for people.';
const otherProblem = 'Only the text changes: `readPath` refuses the pattern too, for another reason.';
const typesOnly = 'Needed for the types only: the value cannot occur.';

/** The mutants that no test can or should notice. */
export const judgements: readonly Judgement[] = [
  { file: 'authz/src/rules/caller.ts', code: 'known !== undefined', mutants: ['false'], because: speed },
  { file: 'authz/src/rules/caller.ts', code: 'callers.set(auth, caller);', mutants: [';'], because: speed },
  {
    file: 'authz/src/rules/caller.ts',
    code: "typeof value === 'number'",
    mutants: ['true'],
    because: 'Needed by readers only: `isSafeInteger` is false for everything that is not a number.',
  },
  {
    file: 'authz/src/options.ts',
    code: '!(cause instanceof DocumentError)',
    mutants: ['false'],
    because: 'Only a fault of this package throws anything else there.',
  },
  {
    file: 'authz/src/options.ts',
    code: "readHttpName(tenant, 'header', \"header: true, or 'X-Tenant-Id'\")?.toLowerCase()",
    mutants: ["readHttpName(tenant, 'header', \"header: true, or 'X-Tenant-Id'\")?.toUpperCase()"],
    because: 'Only explanations show the name: header names are compared without case.',
  },
  { file: 'authz/src/options.ts', code: 'debug === undefined', mutants: ['false'], because: speed },
  { file: 'authz/src/rules/explanation.ts', code: "'yes'", mutants: ['""'], because: wording },
  { file: 'authz/src/rules/explanation.ts', code: "'no '", mutants: ['""'], because: wording },
  { file: 'authz/src/rules/explanation.ts', code: "'allowed'", mutants: ['""'], because: wording },
  { file: 'authz/src/rules/explanation.ts', code: "'refused'", mutants: ['""'], because: wording },
  {
    file: 'authz/src/rules/permission-rule.ts',
    code: 'method === undefined',
    mutants: ['false'],
    because: 'Needed for the types only: the pattern refuses `undefined` too.',
  },
  { file: 'authz/src/rules/permission-rule.ts', code: 'grant === undefined', mutants: ['true'], because: speed },
  {
    file: 'authz/src/rules/permission-rule.ts',
    code: 'policy.memory.keep(key, grant);',
    mutants: [';'],
    because: speed,
  },
  {
    file: 'authz/src/rules/place.ts',
    code: 'settings.slug?.(path)',
    mutants: ['settings.slug(path)'],
    because: typesOnly,
  },
  { file: 'authz/src/rules/tenant-rules.ts', code: 'caller.slugs.length === 0', mutants: ['false'], because: wording },
  { file: 'authz/src/rules/tenant-rules.ts', code: "'none'", mutants: ['""'], because: wording },
  {
    file: 'core/src/auth.ts',
    code: "Object.hasOwn(next, '__proto__')",
    mutants: ['true'],
    because: 'Only speed: to delete a property that is absent does nothing.',
  },
  {
    file: 'core/src/request/bearer.ts',
    code: 'places.cookie !== undefined',
    mutants: ['true'],
    because: typesOnly,
  },
  { file: 'core/src/request/bearer.ts', code: "'cookie'", mutants: ['""'], because: wording },
  { file: 'core/src/request/path.ts', code: "!raw.includes('%')", mutants: ['false'], because: speed },
  { file: 'core/src/request/path.ts', code: "'%'", mutants: ['""'], because: speed },
  { file: 'core/src/request/path.ts', code: "''", mutants: ['"Stryker was here!"'], because: typesOnly },
  {
    file: 'core/src/request/path.ts',
    code: '[]',
    mutants: ['["Stryker was here"]'],
    because: 'No path begins with this text.',
  },
  { file: 'core/src/request/path.ts', code: "!base.startsWith('/')", mutants: ['false'], because: otherProblem },
  { file: 'core/src/request/path.ts', code: "'/'", mutants: ['""'], because: otherProblem },
  { file: 'core/src/request/path.ts', code: "base.includes('%')", mutants: ['false'], because: otherProblem },
  {
    file: 'core/src/request/path.ts',
    code: "base.includes('?') || base.includes('#')",
    mutants: ['false', "base.includes('?') && base.includes('#')"],
    because: otherProblem,
  },
  { file: 'core/src/token/parse.ts', code: 'lastHeader?.part === part', mutants: ['false'], because: speed },
  { file: 'core/src/token/parse.ts', code: '{ part: copyOf(part), header }', mutants: ['{}'], because: speed },
  {
    file: 'core/src/token/parse.ts',
    code: '{ return /^[\\0-\\x7F]*$/.test(binary); }',
    mutants: ['{}'],
    because: speed,
  },
  {
    file: 'core/src/token/parse.ts',
    code: '/^[\\0-\\x7F]*$/',
    mutants: ['/^[\\0-\\x7F]$/', '/^[^\\0-\\x7F]*$/'],
    because: speed,
  },
  {
    file: 'core/src/token/parse.ts',
    code: 'i < binary.length',
    mutants: ['i <= binary.length'],
    because: 'A typed array ignores a write beyond its end.',
  },
  {
    file: 'core/src/token/token-cache.ts',
    code: 'token.slice(-32)',
    mutants: ['token'],
    because: speed,
  },
  {
    file: 'core/src/token/token-cache.ts',
    code: '-32',
    mutants: ['+32'],
    because: 'Every part of the token will do: `get` compares the whole token.',
  },
  {
    file: 'core/src/token/verify.ts',
    code: 'isStillGood(known, source.peek(kid))',
    mutants: ['false'],
    because: speed,
  },
  {
    file: 'core/src/token/verify.ts',
    code: 'source === undefined',
    mutants: ['false'],
    because: typesOnly,
  },
  {
    file: 'core/src/token/verify.ts',
    code: "throw new Error('Every accepted issuer has a key source.');",
    mutants: [';'],
    because: typesOnly,
  },
  {
    file: 'core/src/token/verify.ts',
    code: 'loaded === undefined',
    mutants: ['false'],
    because: 'keys.test.ts notices it: a point that is not on the curve.',
  },
  { file: 'core/src/answer.ts', code: "''", mutants: ['"Stryker was here!"'], because: typesOnly },
  { file: 'core/src/authenticate.ts', code: '!fromCache', mutants: ['true'], because: speed },
  {
    file: 'core/src/authenticate.ts',
    code: 'pipeline.checks.length > 0',
    mutants: ['true', 'pipeline.checks.length >= 0'],
    because: speed,
  },
  { file: 'core/src/checks.ts', code: "'You may not do this.'", mutants: ['""'], because: wording },
  {
    file: 'core/src/checks.ts',
    code: '{ value: true }',
    mutants: ['{}'],
    because: 'Only the presence of the brand counts.',
  },
  {
    file: 'core/src/checks.ts',
    code: 'true',
    mutants: ['false'],
    because: 'Only the presence of the brand counts.',
  },
  {
    file: 'core/src/checks.ts',
    code: '[]',
    mutants: ['["Stryker was here"]'],
    because: 'Only the text changes: a list with anything but functions is refused too.',
  },
  {
    file: 'core/src/checks.ts',
    code: 'detail === undefined',
    mutants: ['false'],
    because: 'A member that is `undefined` is the same as none.',
  },
  { file: 'core/src/emitter.ts', code: 'Object(result) === result', mutants: ['true'], because: speed },
  { file: 'core/src/guards.ts', code: 'found === null', mutants: ['found !== null'], because: wording },
  {
    file: 'core/src/guards.ts',
    code: "'requests'",
    mutants: ['""'],
    because: 'Only another version of this package, in the same process, would notice the name.',
  },
  {
    file: 'core/src/guards.ts',
    code: "typeof onError === 'function'",
    mutants: ['true'],
    because: 'Only another version of this package, in the same process, could have written anything else.',
  },
  {
    file: 'core/src/options/origins.ts',
    code: "typeof origin === 'string'",
    mutants: ['true'],
    because: 'Needed for the types only: `isOrigin` is false for everything else.',
  },
  {
    file: 'core/src/options/reader.ts',
    code: `(each) => \`'\${each}'\``,
    mutants: ['() => undefined'],
    because: wording,
  },
  { file: 'core/src/options/reader.ts', code: `\`'\${each}'\``, mutants: ['``'], because: wording },
  { file: 'core/src/options/reader.ts', code: "' or '", mutants: ['""'], because: wording },
  { file: 'core/src/options/reader.ts', code: "'option'", mutants: ['""'], because: wording },
  {
    file: 'core/src/options/reader.ts',
    code: 'example === undefined',
    mutants: ['true', 'false', 'example !== undefined'],
    because: wording,
  },
  {
    file: 'core/src/options/reader.ts',
    code: "value === ''",
    mutants: ['true', 'false', "value !== ''"],
    because: wording,
  },
  { file: 'core/src/options/reader.ts', code: "''", mutants: ['"Stryker was here!"'], because: wording },
  { file: 'core/src/options/reader.ts', code: 'Array.isArray(value)', mutants: ['false'], because: wording },
  {
    file: 'core/src/options/reader.ts',
    code: 'value.length === 0',
    mutants: ['true', 'false', 'value.length !== 0'],
    because: wording,
  },
  {
    file: 'core/src/options/reader.ts',
    code: "typeof value === 'string' || value === Object(value)",
    mutants: ['true'],
    because: wording,
  },
  {
    file: 'core/src/options/reader.ts',
    code: 'value === Object(value)',
    mutants: ['false', 'value !== Object(value)'],
    because: wording,
  },
  {
    file: 'core/src/options/reader.ts',
    code: "{ if (value === '') return 'an empty string'; if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'; return typeof value === 'string' || value === Object(value) ? typeof value : String(value); }",
    mutants: ['{}'],
    because: wording,
  },
  {
    file: 'core/src/options/request-options.ts',
    code: 'header.toLowerCase()',
    mutants: ['header.toUpperCase()'],
    because: 'Only texts show the name: header names are compared without case.',
  },
  {
    file: 'core/src/options/verify-options.ts',
    code: "readNumber(options, 'maxStaleSeconds', { from: 0, to: 86_400, absent: 3600 }) * 1000",
    mutants: ["readNumber(options, 'maxStaleSeconds', { from: 0, to: 86_400, absent: 3600 }) / 1000"],
    because: 'keys.test.ts notices it.',
  },
  {
    file: 'core/src/options/verify-options.ts',
    code: 'issuer === undefined',
    mutants: ['false'],
    because: typesOnly,
  },
  {
    file: 'core/src/registry.ts',
    code: '{ return new WeakMap(); }',
    mutants: ['{}'],
    because: 'node/registry.test.ts notices it, in a process of its own with a frozen `globalThis`.',
  },
  {
    file: 'core/src/registry.ts',
    code: '{ return false; }',
    mutants: ['{}'],
    because: 'The caller treats `undefined` like `false`.',
  },
];
