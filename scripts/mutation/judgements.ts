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
