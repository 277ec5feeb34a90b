// The same specification in other forms, as generators of specifications write it from the code of a server.
import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../spec/corrections.ts';
import { twentySixOperations } from './fixtures.ts';

/** A document has the type `any`, because tests edit it freely. */
type Draft = ReturnType<typeof JSON.parse>;
type Edit = (document: Draft) => void;

const root = '/api/server/v1';

/** Calls `visit` for every object, innermost first. An object that it returns replaces the given one. */
function rewrite(value: Draft, visit: (object: Draft, key: string) => Draft, key = ''): Draft {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, visit, key));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, rewrite(inner, visit, name)]);
  const own = Object.fromEntries(entries);
  return visit(own, key) ?? own;
}

function everywhere(visit: (object: Draft, key: string) => Draft): Edit {
  return (document) => {
    document.paths = rewrite(document.paths, visit);
    document.components = rewrite(document.components, visit);
  };
}

/** Replaces every reference to a schema by the schema. */
function inline(document: Draft): void {
  const visit = (object: Draft): Draft => {
    const name = object.$ref?.split('/').at(-1);
    return name === undefined ? object : rewrite(structuredClone(document.components.schemas[name]), visit);
  };
  document.paths = rewrite(document.paths, visit);
  delete document.components.schemas;
}

function operationsOf(document: Draft): Draft[] {
  return Object.values<Draft>(document.paths).flatMap((item) =>
    Object.values<Draft>(item).filter((each) => each?.responses),
  );
}

function schemaOf(document: Draft, operation: Draft, direction: 'request' | 'response' = 'response'): Draft {
  const holder =
    direction === 'request'
      ? operation.requestBody
      : Object.entries<Draft>(operation.responses).find(([status]) => /^2/.test(status))?.[1];
  const schema = Object.values<Draft>(holder.content)[0].schema;
  return schema.$ref === undefined ? schema : document.components.schemas[schema.$ref.split('/').at(-1)];
}

function isNullable({ type }: Draft): boolean {
  return Array.isArray(type) && type.includes('null');
}

function withoutNull({ type, ...rest }: Draft): Draft {
  const types = type.filter((each: string) => each !== 'null');
  return { ...rest, type: types.length === 1 ? types[0] : types };
}

/** Forms that say the same, or more. Only `listSpecForms` uses them. */
const edits: Record<string, Edit> = {
  'all schemas inline': inline,
  'only the schemas of users inline': (document) => {
    const { ServerUserResponse } = document.components.schemas;
    everywhere((object) =>
      object.$ref?.endsWith('/ServerUserResponse') ? structuredClone(ServerUserResponse) : object,
    )(document);
  },
  'a schema for each operation': (document) => {
    let count = 0;
    for (const operation of operationsOf(document)) {
      operation.responses = rewrite(operation.responses, (object) => {
        const name = object.$ref?.split('/').at(-1);
        if (name === undefined || name === 'ProblemDetail') return object;
        document.components.schemas[`Own${++count}`] = structuredClone(document.components.schemas[name]);
        return { $ref: `#/components/schemas/Own${count}` };
      });
    }
  },
  'allOf around every reference': everywhere((object) =>
    object.$ref?.startsWith('#/components/schemas/') ? { allOf: [object], description: 'A value.' } : object,
  ),
  'inheritance by allOf': (document) => {
    const { schemas } = document.components;
    for (const [name, schema] of Object.entries<Draft>(schemas)) {
      if (schema.properties?.id === undefined) continue;
      const { id, ...rest } = schema.properties;
      schemas[`${name}Base`] = { type: 'object', properties: { id }, required: ['id'] };
      const { properties: _, required = [], ...others } = schema;
      schemas[name] = {
        ...others,
        allOf: [
          { $ref: `#/components/schemas/${name}Base` },
          { type: 'object', properties: rest, required: required.filter((each: string) => each !== 'id') },
        ],
      };
    }
  },
  'null by anyOf': everywhere((object) => {
    if (!isNullable(object)) return object;
    const { description, ...rest } = object;
    return { description, anyOf: [withoutNull(rest), { type: 'null' }] };
  }),
  'null by oneOf': everywhere((object) =>
    isNullable(object) ? { oneOf: [{ type: 'null' }, withoutNull(object)] } : object,
  ),
  'null by nullable (OpenAPI 3.0)': (document) => {
    document.openapi = '3.0.1';
    everywhere((object) => (isNullable(object) ? { ...withoutNull(object), nullable: true } : object))(document);
  },
  'null by nullable in a document that says 3.1': everywhere((object) =>
    isNullable(object) ? { ...withoutNull(object), nullable: true } : object,
  ),
  'OpenAPI 3.0 with nullable references': (document) => {
    document.openapi = '3.0.3';
    everywhere((object) => (isNullable(object) ? { ...withoutNull(object), nullable: true } : object))(document);
    document.components.schemas.Locale = { type: 'string', enum: ['en', 'da'] };
    for (const schema of Object.values<Draft>(document.components.schemas)) {
      if (schema.properties?.locale !== undefined)
        schema.properties.locale = { nullable: true, allOf: [{ $ref: '#/components/schemas/Locale' }] };
    }
  },
  'no field that may be null': everywhere((object) => (isNullable(object) ? withoutNull(object) : object)),
  'enums as schemas with names': (document) => {
    const { schemas } = document.components;
    schemas.UserStatus = { type: 'string', enum: ['active', 'banned', 'deleted'] };
    schemas.InvitationStatus = { type: 'string', enum: ['PENDING', 'ACCEPTED', 'REVOKED', 'EXPIRED'] };
    schemas.Locale = { type: 'string', enum: ['en', 'da'] };
    for (const [name, schema] of Object.entries<Draft>(schemas)) {
      if (/Status$|^Locale$/.test(name)) continue;
      schemas[name] = rewrite(schema, (object) => {
        const values = object.enum?.join();
        if (values === schemas.UserStatus.enum.join()) return { $ref: '#/components/schemas/UserStatus' };
        if (values === schemas.InvitationStatus.enum.join()) return { $ref: '#/components/schemas/InvitationStatus' };
        if (values === 'en,da') return { anyOf: [{ $ref: '#/components/schemas/Locale' }, { type: 'null' }] };
        return object;
      });
    }
  },
  'nullable references by oneOf': (document) => {
    document.components.schemas.Locale = { type: 'string', enum: ['en', 'da'] };
    for (const schema of Object.values<Draft>(document.components.schemas)) {
      if (schema.properties?.locale !== undefined)
        schema.properties.locale = { oneOf: [{ $ref: '#/components/schemas/Locale' }, { type: 'null' }] };
    }
  },
  'enums of users in capitals': everywhere((object) =>
    object.enum?.includes('active')
      ? { ...object, enum: object.enum.map((each: string) => each.toUpperCase()) }
      : object,
  ),
  'statuses of invitations in small letters': everywhere((object) =>
    object.enum?.includes('PENDING')
      ? { ...object, enum: object.enum.map((each: string) => each.toLowerCase()) }
      : object,
  ),
  'statuses without an enum': everywhere(({ enum: _, ...object }) => object),
  'cursors with a format': everywhere((object, key) => {
    if (object.name === 'cursor' && object.in === 'query')
      return { ...object, schema: { type: 'string', format: 'uuid' } };
    return key === 'nextCursor' ? { type: ['string', 'null'], format: 'uuid' } : object;
  }),
  'more optional fields': (document) => {
    for (const schema of Object.values<Draft>(document.components.schemas))
      if (schema.properties !== undefined)
        schema.properties.newThing = { type: ['object', 'null'], properties: { a: { type: 'string' } } };
  },
  'more required fields in responses': (document) => {
    for (const operation of operationsOf(document)) {
      const good = Object.entries<Draft>(operation.responses).find(([status]) => /^2/.test(status))?.[1];
      if (good.content === undefined) continue;
      let schema = schemaOf(document, operation);
      if (schema.properties?.items)
        schema = document.components.schemas[schema.properties.items.items.$ref.split('/').at(-1)];
      if (schema.type === 'array') schema = document.components.schemas[schema.items.$ref.split('/').at(-1)];
      // A client sends what it got.
      if (schema.properties.origins !== undefined) continue;
      schema.properties.version = { type: 'integer', format: 'int64' };
      schema.required = [...new Set([...(schema.required ?? []), 'version'])];
    }
  },
  'no required fields at all': everywhere((object) => {
    if (object.type !== 'object') return object;
    const { required: _, ...rest } = object;
    return rest;
  }),
  'every field of a response required': (document) => {
    for (const [name, schema] of Object.entries<Draft>(document.components.schemas))
      if (/Response$|^AllowedOrigins$/.test(name)) schema.required = Object.keys(schema.properties);
  },
  'more operations': (document) => {
    const { paths } = document;
    const ok = { 200: { description: 'OK' } };
    const id = (name: string): Draft => ({ name, in: 'path', required: true, schema: { type: 'string' } });
    const org = {
      content: { 'application/json': { schema: { $ref: '#/components/schemas/ServerOrganizationResponse' } } },
    };
    const input = {
      content: {
        'application/json': {
          schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
        },
      },
      required: true,
    };
    paths[`${root}/organizations`].post = {
      operationId: 'create_9',
      requestBody: input,
      responses: { 201: { description: 'OK', ...org } },
    };
    paths[`${root}/organizations/{organizationId}`].patch = {
      operationId: 'update_9',
      parameters: [id('organizationId')],
      requestBody: input,
      responses: { 200: { description: 'OK', ...org } },
    };
    paths[`${root}/organizations/{organizationId}`].delete = { parameters: [id('organizationId')], responses: ok };
    paths[`${root}/organizations/{organizationId}/members`].post = {
      parameters: [id('organizationId')],
      requestBody: input,
      responses: ok,
    };
    paths[`${root}/organizations/{organizationId}/members/{memberUserId}`] = {
      delete: { parameters: [id('organizationId'), id('memberUserId')], responses: ok },
      get: {
        parameters: [id('organizationId'), id('memberUserId')],
        responses: { 200: { description: 'OK', ...org } },
      },
    };
    paths[`${root}/users/{userId}/metadata`].get = { parameters: [id('userId')], responses: ok };
    paths[`${root}/invitations/bulk`] = { post: { requestBody: input, responses: ok } };
    paths[`${root}/webhooks`] = { get: { responses: ok }, post: { requestBody: input, responses: ok } };
    paths[`${root}/webhooks/{webhookId}/rotate-secret`] = { post: { parameters: [id('webhookId')], responses: ok } };
    paths[`${root}/role-sets/{roleSetId}/roles`] = {
      get: {
        parameters: [id('roleSetId')],
        responses: {
          200: {
            description: 'OK',
            content: { 'application/json': { schema: { type: 'array', items: { type: 'string' } } } },
          },
        },
      },
    };
    paths[`${root}/health`] = { get: { responses: ok } };
  },
  'more statuses': (document) => {
    const problem = {
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDetail' } } },
    };
    for (const operation of operationsOf(document)) {
      for (const status of ['402', '422', '429', '500', '503'])
        operation.responses[status] ??= { description: 'No.', ...problem };
      operation.responses.default = { description: 'Other.', ...problem };
    }
  },
  'bodies of any type': everywhere((object) => {
    const { 'application/json': json, ...rest } = object;
    return json?.schema === undefined ? object : { ...rest, '*/*': json };
  }),
  'refusals without a body': everywhere((object) => {
    if (!('401' in object)) return object;
    const plain = Object.entries<Draft>(object).map(([status, response]) => [
      status,
      /^4/.test(status) ? { description: response.description } : response,
    ]);
    return Object.fromEntries(plain);
  }),
  'refusals with the body of the success': everywhere((object) => {
    if (!('401' in object)) return object;
    const good = Object.entries<Draft>(object).find(([status]) => /^2/.test(status))?.[1];
    const plain = Object.entries<Draft>(object).map(([status, response]) => [
      status,
      /^4/.test(status) ? { ...response, content: good.content ?? {} } : response,
    ]);
    return Object.fromEntries(plain);
  }),
  'no refusals': everywhere((object) =>
    '401' in object ? Object.fromEntries(Object.entries(object).filter(([status]) => !/^4/.test(status))) : object,
  ),
  'only 200 as success': everywhere((object) => {
    const { 201: created, 204: nothing, ...rest } = object;
    return created === undefined && nothing === undefined ? object : { 200: created ?? nothing, ...rest };
  }),
  'JSON with a charset': everywhere((object) => {
    const { 'application/json': json, ...rest } = object;
    return json?.schema === undefined ? object : { ...rest, 'application/json;charset=UTF-8': json };
  }),
  'parameters by reference': (document) => {
    document.components.parameters = {};
    for (const operation of operationsOf(document)) {
      operation.parameters = operation.parameters?.map((parameter: Draft) => {
        const name = `${parameter.in}_${parameter.name}_${Object.keys(document.components.parameters).length}`;
        document.components.parameters[name] = parameter;
        return { $ref: `#/components/parameters/${name}` };
      });
    }
  },
  'parameters of paths': (document) => {
    for (const item of Object.values<Draft>(document.paths)) {
      const all: Draft[] = Object.values(item);
      const own = all[0].parameters?.filter((each: Draft) => each.in === 'path');
      if (own === undefined || own.length === 0) continue;
      for (const operation of all)
        operation.parameters = operation.parameters.filter((each: Draft) => each.in !== 'path');
      item.parameters = own;
    }
  },
  'parameters of paths that operations repeat': (document) => {
    for (const item of Object.values<Draft>(document.paths)) {
      const [first]: Draft[] = Object.values(item);
      if (first.parameters)
        item.parameters = structuredClone(first.parameters.filter((each: Draft) => each.in === 'path'));
    }
  },
  'other names of path parameters': (document) => {
    const text = JSON.stringify(document.paths)
      .replaceAll(/\{(user|organization|invitation|memberUser|session)Id\}/g, '{$1_id}')
      .replaceAll(/"name":"(user|organization|invitation|memberUser|session)Id"/g, '"name":"$1_id"');
    document.paths = JSON.parse(text);
  },
  'bodies and responses by reference': (document) => {
    Object.assign(document.components, { requestBodies: {}, responses: {} });
    let count = 0;
    for (const operation of operationsOf(document)) {
      const name = `Part${++count}`;
      if (operation.requestBody) {
        document.components.requestBodies[name] = operation.requestBody;
        operation.requestBody = { $ref: `#/components/requestBodies/${name}` };
      }
      for (const [status, response] of Object.entries(operation.responses)) {
        document.components.responses[`${name}_${status}`] = response;
        operation.responses[status] = { $ref: `#/components/responses/${name}_${status}` };
      }
    }
  },
  'tags without descriptions': (document) => {
    delete document.tags;
    for (const operation of operationsOf(document)) operation.tags = ['server-controller'];
  },
  'pages with more fields': everywhere((object) => {
    if (object.properties?.nextCursor === undefined) return object;
    const more = { total: { type: 'integer', format: 'int64' }, previousCursor: { type: ['string', 'null'] } };
    return { ...object, properties: { ...object.properties, ...more }, required: [...object.required, 'total'] };
  }),
  'pages that inherit by allOf': (document) => {
    document.components.schemas.CursorPage = {
      type: 'object',
      properties: { nextCursor: { type: ['string', 'null'] }, hasMore: { type: 'boolean' } },
      required: ['hasMore'],
    };
    for (const [name, schema] of Object.entries<Draft>(document.components.schemas)) {
      if (!name.startsWith('CursorPageResponse')) continue;
      document.components.schemas[name] = {
        allOf: [
          { $ref: '#/components/schemas/CursorPage' },
          { type: 'object', properties: { items: schema.properties.items }, required: ['items'] },
        ],
      };
    }
  },
  'objects without a type': everywhere((object) => {
    if (object.type !== 'object' || object.properties === undefined) return object;
    const { type: _, ...rest } = object;
    return rest;
  }),
  'deprecated by the server': (document) => {
    for (const operation of operationsOf(document)) operation.deprecated = true;
    everywhere((object, key) =>
      ['name', 'locale', 'email'].includes(key) && object.type ? { ...object, deprecated: true } : object,
    )(document);
  },
  'examples of all kinds': (document) => {
    everywhere((object) => {
      if (object.type === undefined || object.properties) return object;
      return { ...object, example: 'text', examples: ['one */ two', 3, { properties: { a: 1 } }] };
    })(document);
    for (const operation of operationsOf(document)) {
      for (const response of Object.values<Draft>(operation.responses)) {
        for (const content of Object.values<Draft>(response.content ?? {}))
          content.examples = { one: { summary: 'A `case` with */', value: { id: 'x' } } };
      }
    }
  },
  'descriptions with odd characters': everywhere((object) =>
    typeof object.description === 'string'
      ? { ...object, description: `\`\`\`\n*/ \${x} \\u0041 @throws <b>\n\n${object.description}` }
      : object,
  ),
  'no descriptions': everywhere((object) => {
    if (typeof object.description !== 'string') return object;
    const { description: _, ...rest } = object;
    return object.content || object.responses ? { ...rest, description: '' } : rest;
  }),
  'fields of other types': (document) => {
    const { schemas } = document.components;
    schemas.ServerOrganizationResponse.properties.roleSetId = { type: ['integer', 'null'] };
    schemas.UserSessionResponse.properties.impersonatedBy = {
      type: ['object', 'null'],
      properties: { userId: { type: 'string' }, email: { type: 'string' } },
    };
    schemas.ServerUserResponse.properties.emailVerifiedAt = { type: 'boolean' };
  },
  'a removed operation': (document) => {
    delete document.paths[`${root}/users/{userId}/sessions/{sessionId}`];
    delete document.paths[`${root}/users/{userId}/ban`];
  },
  'most operations removed': (document) => {
    document.paths = Object.fromEntries(
      Object.entries(document.paths).filter(([path]) => path.endsWith('/users/{userId}')),
    );
  },
  'moved operations': (document) => {
    const { paths } = document;
    paths[`${root}/users/{userId}/impersonation-tokens`] = paths[`${root}/users/{userId}/impersonation-token`];
    paths[`${root}/organizations/{organizationId}/memberships`] =
      paths[`${root}/organizations/{organizationId}/members`];
    delete paths[`${root}/users/{userId}/impersonation-token`];
    delete paths[`${root}/organizations/{organizationId}/members`];
  },
  'text for ids': everywhere((object) => {
    if (object.format !== 'uuid') return object;
    const { format: _, ...rest } = object;
    return rest;
  }),
  'whole numbers of 64 bits': everywhere((object) =>
    object.format === 'int32' ? { ...object, format: 'int64' } : object,
  ),
  'closed objects': everywhere((object) =>
    object.properties && object.type ? { ...object, additionalProperties: false } : object,
  ),
  'open objects': everywhere((object) =>
    object.properties && object.type ? { ...object, additionalProperties: true } : object,
  ),
  'fields that may only be read or written': (document) => {
    const { schemas } = document.components;
    for (const schema of Object.values<Draft>(schemas)) {
      if (schema.properties?.id) {
        schema.properties.id.readOnly = true;
        schema.properties.createdAt.readOnly = true;
        if (schema.properties.publicMetadata) schema.properties.publicMetadata.readOnly = true;
      }
      if (schema.properties?.password) schema.properties.password.writeOnly = true;
    }
  },
  'one operation for each tag': (document) => {
    operationsOf(document).forEach((operation, index) => {
      operation.tags = [`Tag ${index}`, 'Server'];
      operation['x-order'] = index;
    });
  },
  'webhooks and vendor fields': (document) => {
    document.webhooks = { user: { post: { responses: { 200: { description: 'OK' } } } } };
    document['x-generator'] = { name: 'springdoc' };
    document.externalDocs = { url: 'https://docs.torii.so' };
    for (const item of Object.values<Draft>(document.paths))
      Object.assign(item, { summary: 'A path.', 'x-path': true });
  },
};

for (const [name, bag] of Object.entries<Draft>({
  'no values': { type: 'object' },
  'any values': { type: 'object', additionalProperties: true },
  'no more keys': { type: 'object', additionalProperties: false },
  'objects as values': { type: 'object', additionalProperties: { type: 'object' } },
  'texts as values': { type: 'object', additionalProperties: { type: 'string' } },
  'values that may be null': { type: ['object', 'null'], additionalProperties: { type: ['string', 'null'] } },
  'a schema with a name': { $ref: '#/components/schemas/JsonNode' },
  'a list of choices': { anyOf: [{ type: 'object', additionalProperties: {} }, { type: 'null' }] },
  'a reference that may be null': { oneOf: [{ $ref: '#/components/schemas/JsonNode' }, { type: 'null' }] },
  'a reference in allOf': { allOf: [{ $ref: '#/components/schemas/JsonNode' }], nullable: true },
  'nothing at all': {},
})) {
  edits[`metadata with ${name}`] = (document) => {
    document.components.schemas.JsonNode = {
      type: 'object',
      properties: { empty: { type: 'boolean' }, array: { type: 'boolean' } },
    };
    for (const schema of Object.values<Draft>(document.components.schemas)) {
      for (const key of Object.keys(schema.properties ?? {}))
        if (key.endsWith('Metadata')) schema.properties[key] = structuredClone(bag);
    }
  };
}

/** Forms with another content, which an app may notice. */
const otherContents: ReadonlySet<string> = new Set([
  'no field that may be null',
  'enums of users in capitals',
  'statuses of invitations in small letters',
  'statuses without an enum',
  'no required fields at all',
  'fields of other types',
  'a removed operation',
  'most operations removed',
]);

/** The specification with 26 operations in each form. With `sameContent`, only forms with which every program still works. */
export function listSpecForms({ sameContent }: { readonly sameContent: boolean }): readonly SpecForm[] {
  const text = readFileSync(twentySixOperations, 'utf8');
  return Object.entries(edits)
    .filter(([name]) => !sameContent || !otherContents.has(name))
    .map(([name, edit]) => {
      const document = JSON.parse(text);
      edit(document);
      return [name, document];
    });
}

type SpecForm = readonly [name: string, published: JsonObject];
