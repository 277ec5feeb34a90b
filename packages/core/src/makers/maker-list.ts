import { describeValue } from '../logs/found-value.ts';
import { loggable } from '../logs/loggable.ts';
import { isMarkedVerifier } from '../options/observe-option.ts';
import { wrongOption, wrongValue } from '../options/reader.ts';
import { type Maker, makerOf } from './maker.ts';

export type Makers = readonly [Maker, ...Maker[]];

const option = 'verifiers';

/** Reads the list of `anyVerifier`. */
export function readMakers(verifiers: unknown): Makers {
  const example = '[createVerifier({ … }), createJwtVerifier({ … })]';
  if (!Array.isArray(verifiers)) throw wrongValue(option, 'a list of verifiers', verifiers, example);
  // Spreading turns a hole into `undefined`, which is refused. `map` would skip the hole.
  const makers = [...(verifiers as readonly unknown[])].map(readMaker);
  const [first, ...others] = makers;
  if (first === undefined) throw wrongOption(option, `is empty. Write ${example}`);
  assertDistinct(makers);
  assertOneScheme(makers);
  return [first, ...others];
}

function readMaker(verifier: unknown, position: number): Maker {
  const place = `(position ${position})`;
  const maker = makerOf(verifier);
  if (maker === undefined) {
    if (isMarkedVerifier(verifier))
      throw wrongOption(option, `must not contain a verifier of \`anyVerifier\` ${place}. List its verifiers instead`);
    const found = describeValue(verifier);
    throw wrongOption(
      option,
      `must contain what \`createVerifier\` or \`createJwtVerifier\` returned. Found: ${found} ${place}`,
    );
  }
  const misplaced = Object.entries(maker.wholeOptions).find(([, isSet]) => isSet)?.[0];
  if (misplaced !== undefined) {
    const remedy = `Write anyVerifier([…], { ${misplaced}: … })`;
    throw wrongOption(misplaced, `is set in a verifier of the list ${place}, but applies to the whole list. ${remedy}`);
  }
  if (maker.issuers.length === 0 && !maker.approves)
    throw wrongOption(
      'issuer',
      `is not set in a verifier of the list ${place}. Name the issuer whose tokens this verifier gets`,
    );
  return maker;
}

function assertOneScheme(makers: readonly Maker[]): void {
  const schemes = new Map<string, string>();
  for (const { places } of makers) {
    const name = places.scheme?.name ?? 'none';
    const other = schemes.get(places.header) ?? name;
    if (other.toLowerCase() !== name.toLowerCase()) {
      const found = `${other} and ${name}, for the header ${places.header}`;
      throw wrongOption('scheme', `must be the same in all verifiers that read the same header. Found: ${found}`);
    }
    schemes.set(places.header, name);
  }
}

function assertDistinct(makers: readonly Maker[]): void {
  const seen = new Set<string>();
  if (makers.filter(({ approves }) => approves).length > 1)
    throw wrongOption(
      'approve',
      'is set in two verifiers of the list. Only one may have it: list the issuers of the other',
    );
  for (const { issuers } of makers) {
    for (const issuer of new Set(issuers)) {
      if (seen.has(issuer))
        throw wrongOption('issuer', `${loggable(issuer)} is the issuer of two verifiers. Leave one of them out`);
      seen.add(issuer);
    }
  }
}
