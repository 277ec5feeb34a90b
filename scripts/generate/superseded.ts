// Reports the additions that the published specification contains by now, and how it differs from them.
import type { Additions } from '../../spec/additions/addition.ts';
import { additions as allAdditions } from '../../spec/additions/index.ts';
import type { JsonObject } from '../../spec/corrections.ts';
import { addToSpec, withoutAdditions } from './add-to-spec.ts';
import { compareMethods, type Specification } from './compare.ts';
import { completeSpec } from './complete-spec.ts';
import { readOperations } from './operations.ts';

/** One line per superseded addition, then one per difference. Empty if the document contains none of the additions. */
export function describeSuperseded(
  published: JsonObject,
  added: readonly Additions[] = allAdditions,
): readonly string[] {
  const { superseded } = addToSpec(published, added);
  if (superseded.length === 0) return [];
  const ours = read(withoutAdditions(published, added), added);
  const theirs = read(published, added);
  const differences = compareMethods(ours, theirs).map(
    ({ method, what }) => `The published specification differs from spec/additions/, and wins: ${method}: ${what}.`,
  );
  return [
    ...superseded.map(
      ({ file, what }) =>
        `server-v1.json contains this addition, so that it can be deleted: spec/additions/${file}: ${what}`,
    ),
    ...differences,
  ];
}

function read(published: JsonObject, added: readonly Additions[]): Specification {
  const document = completeSpec(published, added);
  return { published, document, operations: readOperations(document), types: new Map() };
}
