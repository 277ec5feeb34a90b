import { heading } from './doc-comment.ts';
import type { Operation } from './operations.ts';
import { camelCase } from './words.ts';
import { fileOf, type Resource, resultOf, takesParams } from './write-resource.ts';

/** Writes packages/api/api.md: a table of methods for each resource. */
export function writeApiList(resources: readonly Resource[]): string {
  const note = heading.replace(/^\/\/ /, '').trim();
  return `<!-- ${note} -->

# Methods of the REST client

\`client\` is the result of \`createToriiClient\`. Every method accepts \`RequestOptions\` as its last argument. Await a
\`PagePromise\` for one page, or iterate over it with \`for await\` for all items.

Errors are a \`ToriiApiError\` with this status. Every method also throws the [errors of the client](README.md#errors): a refused secret
key (401), no response, and 429 and 5xx after the retries. What their codes mean is in
[Troubleshooting](../../docs/troubleshooting.md#rest-api).
${resources.map(writeResourceTable).join('')}`;
}

function writeResourceTable({ name: resource, operations, types }: Resource): string {
  const file = `src/generated/${fileOf(resource)}.ts`;
  const rows = operations.map((operation) => {
    const { name, method, path, parameters } = operation;
    const params = takesParams(operation) ? [operation.needsInput ? 'params' : 'params?'] : [];
    const given = [...parameters.map((parameter) => camelCase(parameter.name)), ...params].join(', ');
    const paramsType = takesParams(operation) ? code(types.params(operation)) : '';
    return [
      code(`client.${resource}.${name}(${given})`),
      code(`${method} ${path}`),
      paramsType,
      code(resultOf(operation, types).replace(/^Call<(.+)>$/, '$1')),
      errorsOf(operation),
    ];
  });
  return `
## ${resource}

Types: [${file}](${file})

| method | request | \`params\` | result | errors |
| --- | --- | --- | --- | --- |
${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}
`;
}

/** The statuses that the specification documents, with their reasons. */
function errorsOf({ refusals }: Operation): string {
  const own = refusals.filter(({ status }) => String(status) !== '401');
  return own.map(({ status, doc }) => `${status}: ${doc.replaceAll('|', '\\|').replace(/\.$/, '')}`).join('; ');
}

function code(text: string): string {
  return `\`${text}\``;
}
