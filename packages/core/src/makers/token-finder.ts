import type { FoundToken } from '../authenticate.ts';
import { ToriiAuthError } from '../errors.ts';
import { refusal } from '../events.ts';
import { bearerToken, missingToken, type TokenPlaces, tokenFromCookie } from '../request/bearer.ts';
import type { RequestView } from '../request/request-view.ts';
import { requireText, withoutTrailingSlash } from '../token/claims.ts';
import { parseToken } from '../token/parse.ts';
import type { Maker } from './maker.ts';
import type { Makers } from './maker-list.ts';

/** A header or a cookie, and the verifiers that read it. */
interface Place {
  readonly places: TokenPlaces;
  readonly makers: readonly Maker[];
  readonly byIssuer: ReadonlyMap<string, Maker>;
  /** Gets tokens of issuers that no verifier of the whole list names. */
  readonly approving: Maker | undefined;
  readonly isKnown: (token: string) => boolean;
}

export interface TokenFinder {
  /** Finds the token of a request, and its verifier. */
  find(request: RequestView): FoundToken;
  /** Finds the verifier of a token without a request. */
  choose(token: string): FoundToken;
}

export function createTokenFinder(makers: Makers): TokenFinder {
  const anywhere = placeOf(makers, makers[0].places);
  const headers = groupBy(makers, ({ header }) => header).map((group) =>
    placeOf(group, { ...widestPlaces(group), cookie: undefined }),
  );
  const cookies = groupBy(makers, ({ cookie }) => cookie).map((group) => placeOf(group, widestPlaces(group)));
  const usual = headers[0] ?? anywhere;
  // One header with a scheme, and no cookies: no CSRF rule applies, so one look at the header is enough.
  const isSimple = headers.length === 1 && cookies.length === 0 && usual.places.scheme !== undefined;

  return {
    find(request) {
      const place = isSimple ? usual : usedPlace(request);
      const token = bearerToken(request, place.places, place.isKnown);
      const found = choose(token, place);
      // `place` allows the origins of all its verifiers. The chosen verifier must also accept this request by its own (CSRF).
      const { places, isKnown } = found.maker;
      if (!isSimple && bearerToken(request, places, isKnown) !== token) throw missingToken();
      return found;
    },
    choose: (token) => choose(token, anywhere),
  };

  // Chooses by what was sent, not by whether it is valid: a bad token must not be ignored in favor of another one.
  function usedPlace(request: RequestView): Place {
    const [first, second] = headers.filter(({ places }) => request.headerValues(places.header).length > 0);
    if (second !== undefined)
      throw new ToriiAuthError('header_malformed', 'The request has more than one header for a token.');
    if (first !== undefined) return first;
    if (request.headerValues('authorization').length > 0) return usual;
    return cookies.find(({ places }) => cookieOf(request, places) !== undefined) ?? usual;
  }

  function choose(token: string, { makers: readers, byIssuer, approving }: Place): ChosenToken {
    for (const maker of readers) {
      // Not the verifier with `approve`: the app may use it alone too, so it can remember tokens of an issuer that belongs to
      // another verifier of this list.
      if (maker !== approving && maker.isKnown?.(token))
        return { token, maker, pipeline: maker.pipeline, parsed: undefined };
    }
    const parsed = parseToken(token);
    const actual = requireText(parsed.claims, 'iss');
    const issuer = withoutTrailingSlash(actual);
    const isNamed = anywhere.byIssuer.has(issuer);
    const maker = isNamed ? byIssuer.get(issuer) : approving;
    if (maker !== undefined) return { token, maker, pipeline: maker.pipeline, parsed };
    throw refusal('issuer_refused', 'The token comes from another issuer.', {
      claim: 'iss',
      actual,
      expected: [...byIssuer.keys()],
      ...(isNamed && { hint }),
    });
  }
}

const hint =
  'The verifier of this issuer reads tokens from another header or cookie: see its options `header` and `cookie`';

interface ChosenToken extends FoundToken {
  readonly maker: Maker;
}

function placeOf(makers: readonly Maker[], places: TokenPlaces): Place {
  return {
    places,
    makers,
    byIssuer: new Map(makers.flatMap((maker) => maker.issuers.map((issuer) => [issuer, maker] as const))),
    approving: makers.find(({ approves }) => approves),
    isKnown: (token) => makers.some(({ isKnown }) => isKnown?.(token)),
  };
}

function widestPlaces(group: Makers): TokenPlaces {
  return {
    ...group[0].places,
    origins: group.flatMap(({ places }) => places.origins),
    allowNonBrowsers: group.some(({ places }) => places.allowNonBrowsers),
  };
}

function cookieOf(request: RequestView, { cookie }: TokenPlaces): string | undefined {
  return cookie === undefined ? undefined : tokenFromCookie(request, cookie);
}

function groupBy(makers: Makers, nameOf: (places: TokenPlaces) => string | undefined): readonly Makers[] {
  const groups = new Map<string, [Maker, ...Maker[]]>();
  for (const maker of makers) {
    const name = nameOf(maker.places);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [maker]);
    else group.push(maker);
  }
  return [...groups.values()];
}
