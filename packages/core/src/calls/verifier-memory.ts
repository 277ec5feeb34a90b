import { loggable } from '../logs/loggable.ts';
import type { TokenSettings } from '../options/verify-options.ts';
import { RepeatWatch } from '../time/repeat-watch.ts';
import { TokenCache, type TokenMemory } from '../token/token-cache.ts';
import { type GivenOptions, type PresentOptions, type Reference, readOnce, referencesIn } from './given-options.ts';
import { inlineTokens } from './inline-tokens.ts';
import { OptionMemory } from './option-memory.ts';
import { TokenBudget } from './token-budget.ts';

export type CreateTokenMemory = (settings: TokenSettings) => TokenMemory;

/**
 * Creates a verifier.
 * @param given The options as the app passed them, for what a copy does not show.
 * @param read The values to use: `given` itself, or a copy of it.
 * @throws ToriiConfigError if an option is wrong
 */
export type MakeVerifier<Verifier> = (given: object, read: object, createMemory?: CreateTokenMemory) => Verifier;

// Shared by all functions that verify in one call: what callers can grow is bounded per process.
const budget = /* @__PURE__ */ new TokenBudget();

// The functions and objects that were passed as options in earlier calls.
const seen = /* @__PURE__ */ new WeakSet<object>();

const watch = /* @__PURE__ */ new RepeatWatch(
  (subject) =>
    `${subject}. Each call then reads its options anew, which is slow. Create the functions once, outside of the request handler, or create a verifier there and call its methods.`,
);

// They do not decide whether a token is valid: `checks` run later, `observe` decides nothing, and `onEvent` only listens.
const withoutVerdict = ['checks', 'observe', 'onEvent'];

interface Kept<Verifier> {
  readonly verifier: Verifier;
  readonly cache: TokenCache;
}

/** Keeps the verifiers of a function that gets options with each call, for the options that were used last. */
export class VerifierMemory<Verifier> {
  readonly #caller: string;
  readonly #presentIn: PresentOptions;
  readonly #make: MakeVerifier<Verifier>;
  readonly #kept: OptionMemory<Kept<Verifier>> = new OptionMemory(({ cache }) => budget.remove(cache));
  // Verifiers of calls that pass new functions each time.
  readonly #caches: OptionMemory<TokenCache> = new OptionMemory((cache) => budget.remove(cache));

  /** @param caller The name of the function, for the warning. */
  constructor(caller: string, presentIn: PresentOptions, make: MakeVerifier<Verifier>) {
    this.#caller = caller;
    this.#presentIn = presentIn;
    this.#make = make;
  }

  /** @throws ToriiConfigError if an option is wrong */
  verifierFor(given: object): Verifier {
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return this.#make(given, given);
    const [copy, names] = readOnce(given);
    // Looks also for options that the copy lacks, because they are inherited or not enumerable: the reader throws for them. A proxy can
    // have them too.
    const present = this.#presentIn(given);
    const known = this.#kept.find(copy, names);
    return known?.present === present ? known.made.verifier : this.#create(given, copy, names, present);
  }

  #create(given: object, copy: GivenOptions, names: readonly string[], present: number): Verifier {
    const references = referencesIn(copy, names);
    if (references === undefined) return this.#make(given, copy);
    const fresh = references.filter(({ value }) => !seen.has(value));
    if (fresh.length === 0) return this.#keep(given, copy, names, present);
    const verifier = this.#makeInline(given, copy, names, fresh);
    for (const { value } of fresh) seen.add(value);
    this.#warnOf(new Set(fresh.map(({ option }) => option)), copy);
    return verifier;
  }

  #keep(given: object, copy: GivenOptions, names: readonly string[], present: number): Verifier {
    let cache = new TokenCache(0);
    const verifier = this.#make(given, copy, ({ cachedTokens }) => {
      cache = budget.createCache(cachedTokens);
      return cache;
    });
    budget.add(cache);
    this.#kept.add({ names, values: valuesOf(copy, names), present, made: { verifier, cache } });
    return verifier;
  }

  #makeInline(given: object, copy: GivenOptions, names: readonly string[], fresh: readonly Reference[]): Verifier {
    if (fresh.some(({ option }) => !withoutVerdict.includes(option))) return this.#make(given, copy);
    const decisive = names.filter((name) => !withoutVerdict.includes(name));
    return this.#make(given, copy, ({ cachedTokens, emit }) => {
      let cache = this.#caches.find(copy, decisive)?.made;
      if (cache === undefined) {
        cache = budget.createCache(cachedTokens);
        budget.add(cache);
        this.#caches.add({ names: decisive, values: valuesOf(copy, decisive), present: 0, made: cache });
      }
      return inlineTokens(cache, emit);
    });
  }

  // Not for `fetch`: the key sources warn if keys are fetched with many functions.
  #warnOf(options: ReadonlySet<string>, { issuer }: GivenOptions): void {
    if (options.has('fetch')) return;
    const first: unknown = Array.isArray(issuer) ? issuer[0] : Object(issuer) === issuer ? '{ approve }' : issuer;
    const names = [...options].map((name) => `\`${name}\``).join(' and ');
    watch.note(
      `5 calls of \`${this.#caller}\` within a minute passed new functions in ${names} (issuer ${loggable(first)})`,
    );
  }
}

function valuesOf(copy: GivenOptions, names: readonly string[]): readonly unknown[] {
  return names.map((name) => copy[name]);
}
