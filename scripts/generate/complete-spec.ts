// Completes the published specification: adds what spec/additions/ has and the file lacks, then corrects the result.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Additions } from '../../spec/additions/addition.ts';
import { additions as allAdditions } from '../../spec/additions/index.ts';
import { correctSpec, type JsonObject } from '../../spec/corrections.ts';
import { repository } from '../workspace.ts';
import { addToSpec } from './add-to-spec.ts';
import { checkDocument } from './check-document.ts';
import { withMediaTypes } from './media-types.ts';
import { withParameterNames } from './parameter-names.ts';
import { withSchemaNames } from './schema-names.ts';

/** Returns the document with the additions and the corrections. */
export function completeSpec(published: JsonObject, added: readonly Additions[] = allAdditions): JsonObject {
  checkDocument(published);
  return withSchemaNames(correctSpec(withParameterNames(withMediaTypes(addToSpec(published, added).document))));
}

/** The specification of the repository, complete. */
export function readCompleteSpec(): JsonObject {
  return completeSpec(JSON.parse(readFileSync(join(repository, 'spec', 'server-v1.json'), 'utf8')));
}
