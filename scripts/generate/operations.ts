// The model of an operation that `npm run generate` and `npm run spec:diff` share.
import type { Json, JsonObject } from '../../spec/corrections.ts';
import { keyOf, shorten } from './endpoint-key.ts';
import {
  doneStatuses,
  type MetadataOwner,
  metadataOwners,
  mostItems,
  repeatable,
  revocations,
  secretAnswers,
} from './exceptions.ts';
import { type MethodName, nameEndpoints } from './names.ts';
import {
  answerSchema,
  contentOf,
  type Endpoint,
  fieldNamesOf,
  fieldsOf,
  isList,
  isPage,
  itemOf,
  jsonSchema,
  listEndpoints,
  objectAt,
  resolve,
  textAt,
  typesOf,
} from './openapi.ts';

/** How the client checks a field before it sends it. */
export type FieldRule = 'any' | 'count' | 'list' | 'date' | 'date_time' | 'bag' | { readonly maxItems: number };

export interface Field {
  readonly name: string;
  readonly isRequired: boolean;
  readonly rule: FieldRule;
  readonly schema: JsonObject;
  /** What the client sends if the field is left out: an empty bag that the API requires. */
  readonly defaultValue: Json | undefined;
}

export type AnswerKind = 'page' | 'list' | 'object' | 'value' | 'nothing';

export interface Operation extends MethodName {
  readonly method: Endpoint['method'];
  readonly path: string;
  readonly doc: string;
  readonly parameters: readonly { readonly name: string; readonly doc: string }[];
  readonly query: readonly Field[];
  /**
   * The fields of the request body, `raw` for a body that is not an object with fixed fields, or `undefined` for no
   * body.
   */
  readonly body: readonly Field[] | 'raw' | undefined;
  /** Whether the body may have fields that the specification does not name. */
  readonly isOpenBody: boolean;
  /** Whether the body or a query parameter is required. */
  readonly needsInput: boolean;
  readonly answer: AnswerKind;
  readonly answerSchema: JsonObject | undefined;
  /** The schema of an item if the response is a page or a list, otherwise of the response. */
  readonly itemSchema: JsonObject | undefined;
  /** The content of `itemSchema`, equal for schemas that differ only in their names and descriptions. */
  readonly itemContent: string;
  /** The names of the fields of `itemSchema`. */
  readonly itemFields: readonly string[];
  /** Whether `itemSchema` is a named object with one set of fields, so that an interface can extend it. */
  readonly isItemRecord: boolean;
  /** The description of `itemSchema`. */
  readonly itemDoc: string;
  /** Whether items have a required string `id`, so that the client can refuse a response without one. */
  readonly hasId: boolean;
  readonly refusals: readonly { readonly status: string; readonly doc: string }[];
  readonly isRepeatable: boolean;
  /** Whose metadata the operation reads or writes. `undefined` if none. */
  readonly metadataOwner: MetadataOwner | undefined;
  /** Whether `itemSchema` has bags of metadata. */
  readonly hasItemBags: boolean;
  readonly isSecretAnswer: boolean;
  readonly doneStatus: number | undefined;
  /** What the operation ends, if earlier tokens must not be accepted after it. */
  readonly revokes: 'user' | 'sessions' | 'session' | undefined;
}

export function readOperations(document: JsonObject): readonly Operation[] {
  const endpoints = listEndpoints(document);
  const names = nameEndpoints(document, endpoints);
  return endpoints.map((endpoint) => {
    const name = names.get(endpoint);
    if (name === undefined) throw new Error(`${endpoint.method} ${endpoint.path} has no name.`);
    return readOperation(document, endpoint, name);
  });
}

function readOperation(document: JsonObject, endpoint: Endpoint, { resource, name }: MethodName): Operation {
  const { method, path, operation } = endpoint;
  const query = endpoint.parameters.filter((parameter) => parameter['in'] === 'query').map(readParameter);
  const request = resolve(document, objectAt(operation, 'requestBody'));
  const bodySchema = jsonSchema(document, request);
  const bodyFields = bodySchema && fieldsOf(document, bodySchema);
  const body = bodyFields ? readFields(document, bodyFields, keyOf(endpoint)) : bodySchema && 'raw';
  const twice = query.find((field) => Array.isArray(body) && body.some((other) => other.name === field.name));
  if (twice !== undefined)
    throw new Error(`${method} ${path} has \`${twice.name}\` both as a query parameter and as a body field.`);

  const schema = answerSchema(document, endpoint);
  const answer = answerKind(document, schema);
  const itemSchema = schema && itemOf(document, schema);
  const item = itemSchema && fieldsOf(document, itemSchema);
  return {
    resource,
    name,
    method,
    path,
    doc: textAt(operation, 'description') ?? textAt(operation, 'summary') ?? `${method} ${path}`,
    parameters: readPathParameters(endpoint),
    query,
    body,
    isOpenBody: bodyFields?.isOpen ?? false,
    needsInput: method !== 'GET' && request['required'] === true ? true : query.some((field) => field.isRequired),
    answer,
    answerSchema: schema,
    itemSchema,
    itemContent: itemSchema ? contentOf(document, itemSchema) : '',
    itemFields: itemSchema ? fieldNamesOf(document, itemSchema) : [],
    isItemRecord: isRecord(document, itemSchema),
    itemDoc: (itemSchema && textAt(resolve(document, itemSchema), 'description')) ?? '',
    hasId: item?.required.includes('id') === true && isTextField(document, item.properties),
    refusals: readRefusals(document, operation),
    isRepeatable: method !== 'POST' || name.startsWith('list') || name === 'search' || repeatable.has(keyOf(endpoint)),
    doneStatus: doneStatuses[keyOf(endpoint)],
    metadataOwner: metadataOwners.find(([expression]) => expression.test(shorten(path)))?.[1],
    hasItemBags: Object.entries(item?.properties ?? {}).some(([name, field]) =>
      isBag(name, resolve(document, objectAt(field))),
    ),
    isSecretAnswer: secretAnswers.has(keyOf(endpoint)),
    revokes: revocations[keyOf(endpoint)],
  };
}

function readPathParameters({ path, parameters }: Endpoint): Operation['parameters'] {
  return Array.from(path.matchAll(/\{([^/}]+)\}/g), ([, name = '']) => {
    const own = parameters.find((parameter) => parameter['in'] === 'path' && parameter['name'] === name);
    return { name, doc: textAt(own, 'description') ?? '' };
  });
}

function readParameter(parameter: JsonObject): Field {
  const schema = objectAt(parameter, 'schema');
  return {
    name: textAt(parameter, 'name') ?? '',
    isRequired: parameter['required'] === true,
    rule: ruleFor(schema),
    schema,
    // The server applies the defaults of query parameters itself.
    defaultValue: undefined,
  };
}

function readFields(
  document: JsonObject,
  fields: NonNullable<ReturnType<typeof fieldsOf>>,
  key: string,
): readonly Field[] {
  return Object.keys(fields.properties).map((name) => {
    const schema = resolve(document, objectAt(fields.properties, name));
    const rule = isBag(name, schema) ? 'bag' : ruleFor(schema);
    const maxItems = schema['maxItems'] ?? mostItems[`${key} ${name}`];
    return {
      name,
      isRequired: fields.required.includes(name),
      rule: rule === 'list' && typeof maxItems === 'number' ? { maxItems } : rule,
      schema,
      // Only for metadata, which a schema may require. Sending other defaults would keep them when the server changes them.
      defaultValue: rule === 'bag' ? schema['default'] : undefined,
    };
  });
}

/** Whether a field is a bag of metadata: an object with keys that the app chooses. */
function isBag(name: string, schema: JsonObject): boolean {
  const types = typesOf(schema);
  return bagNames.has(name) && (types.length === 0 || types.includes('object'));
}

const bagNames: ReadonlySet<string> = new Set(['publicMetadata', 'privateMetadata', 'unsafeMetadata']);

function ruleFor(schema: JsonObject): FieldRule {
  const types = typesOf(schema);
  const { format, minimum } = schema;
  if (types.includes('integer') && typeof minimum === 'number' && minimum >= 1) return 'count';
  if (types.includes('array') && !types.includes('null')) return 'list';
  if (types.includes('string') && format === 'date') return 'date';
  return types.includes('string') && format === 'date-time' ? 'date_time' : 'any';
}

function answerKind(document: JsonObject, schema: JsonObject | undefined): AnswerKind {
  if (schema === undefined) return 'nothing';
  if (isPage(document, schema)) return 'page';
  if (isList(document, schema)) return 'list';
  const types = typesOf(resolve(document, schema));
  return types.includes('object') && !types.includes('null') ? 'object' : 'value';
}

function isTextField(document: JsonObject, properties: JsonObject): boolean {
  return typesOf(resolve(document, objectAt(properties, 'id'))).includes('string');
}

function readRefusals(document: JsonObject, operation: JsonObject): Operation['refusals'] {
  const responses = objectAt(operation, 'responses');
  return Object.keys(responses)
    .filter((status) => /^[45]/.test(status))
    .sort()
    .map((status) => ({
      status,
      doc: textAt(resolve(document, objectAt(responses, status)), 'description') ?? '',
    }));
}

function isRecord(document: JsonObject, schema: JsonObject | undefined): boolean {
  if (schema === undefined || !('$ref' in schema)) return false;
  const own = resolve(document, schema);
  return fieldsOf(document, own) !== undefined && !('anyOf' in own) && !('oneOf' in own);
}
