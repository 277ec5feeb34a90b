// Part of `npm run generate`: writes the table of docs/frameworks.md. The lines of code are counted in the examples.
//   --check   writes nothing; reports a table that is not up to date, with exit code 1
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readPage } from './check-docs.ts';
import { countLinesOfCode } from './lines-of-code.ts';
import { listLinks } from './markdown.ts';
import { repository } from './workspace.ts';

export const pagePath: string = join(repository, 'docs', 'frameworks.md');

interface Example {
  /** The page, or the TypeScript file, that has the code. */
  readonly path: string;
  readonly section?: string;
  /** How many blocks of the section belong to the example. @default all */
  readonly blocks?: number;
}

interface Row {
  readonly frameworks: string;
  /** The package, or the recipe, with a link. */
  readonly use: string;
  readonly example: Example;
  readonly tested: string;
}

const conformance = '[conformance cases](../conformance/README.md)';

const rows: readonly Row[] = [
  row('Express 4 and 5', ...adapter('express'), conformance),
  row('Koa 2 and 3', ...adapter('koa'), conformance),
  row('Hono 4 (4.5 and newer)', ...adapter('hono'), conformance),
  row('Fastify 5 (5.8.3 and newer)', ...adapter('fastify'), conformance),
  row('Next.js 15 and 16', ...adapter('next'), conformance),
  row('NestJS', ...recipe('nestjs', 'NestJS')),
  row('tRPC', ...recipe('trpc', 'tRPC')),
  row('GraphQL Yoga', ...recipe('graphql-yoga', 'GraphQL Yoga')),
  row('Socket.IO', ...recipe('socket-io', 'Socket.IO')),
  row('AWS Lambda: API Gateway (payload 1.0 and 2.0), function URL, load balancer', ...recipe('lambda', 'AWS Lambda')),
  row(
    'AWS Lambda: REQUEST authorizer (payload 1.0 and 2.0)',
    'recipe [AWS Lambda](recipes/lambda.md#request-authorizer)',
    { path: 'examples/recipes/lambda/src/authorizer.ts' },
    '[tests](../examples/recipes/lambda/test)',
  ),
  row('Cloudflare Workers', ...recipe('workers', 'Cloudflare Workers')),
  row('Bun.serve', ...recipe('bun', 'Bun.serve')),
  row('Deno.serve', ...recipe('deno', 'Deno.serve')),
  row('node:http', ...core({ section: 'First example', blocks: 1 }), conformance),
  row(
    'hapi, h3, Elysia, SvelteKit, Remix and others with a request of Node or Fetch',
    '[@torii/core](../packages/core/README.md#what-you-call), `verifier.check(request)`',
    { path: 'README.md', section: 'Other frameworks' },
    '[how core reads their requests](../packages/core/test/request.test.ts)',
  ),
  row(
    'Connect, Polka, Restana, Engine.IO and others with `(req, res, next)`',
    '[@torii/express](../packages/express/README.md), without Express',
    { path: 'packages/express/README.md', section: 'First example' },
    '[Connect 3, Polka 0, Restana 5, Engine.IO 6](../packages/express/test/other-frameworks.matrix.test.ts)',
  ),
];

/** Returns the page with a current table. A row whose code or page does not exist is left out. */
export function replaceTable(page: string): string {
  const [begin, end] = ['<!-- table: frameworks, written by npm run generate -->', '<!-- end: frameworks -->'];
  const [before, rest = ''] = page.split(begin);
  const [, after] = rest.split(end);
  if (after === undefined) throw new Error('docs/frameworks.md has no markers for its table.');
  const cells = rows
    .filter(isWritten)
    .map(({ frameworks, use, example, tested }) => [frameworks, use, String(countExample(example)), tested]);
  const titles = ['framework', 'package or recipe', 'lines of code', 'tested'];
  const lines = [titles, ['---', '---', '--:', '---'], ...cells].map((line) => `| ${line.join(' | ')} |`);
  return `${before}${begin}\n\n${lines.join('\n')}\n\n${end}${after}`;
}

function isWritten({ use, example }: Row): boolean {
  const pages = listLinks(use).map(({ target }) => join(repository, 'docs', target.replace(/#.*/, '')));
  return [join(repository, example.path), ...pages].every((path) => existsSync(path));
}

function row(frameworks: string, use: string, example: Example, tested: string): Row {
  return { frameworks, use, example, tested };
}

function adapter(name: string): readonly [use: string, example: Example] {
  const path = `packages/${name}/README.md`;
  return [`[@torii/${name}](../${path})`, { path, section: 'First example' }];
}

function core(example: Omit<Example, 'path'>): readonly [use: string, example: Example] {
  const path = 'packages/core/README.md';
  return [`[@torii/core](../${path}#first-example)`, { path, ...example }];
}

function recipe(name: string, title: string): readonly [use: string, example: Example, tested: string] {
  const path = `examples/recipes/${name}/src/recipe.ts`;
  return [`recipe [${title}](recipes/${name}.md)`, { path }, `[tests](../examples/recipes/${name}/test)`];
}

function countExample({ path, section, blocks }: Example): number {
  const text = readFileSync(join(repository, path), 'utf8');
  if (section === undefined) return countLinesOfCode(text, path);
  const found = text.split(/^## /m).find((each) => each.startsWith(`${section}\n`)) ?? '';
  const code = readPage(found).blocks.slice(0, blocks);
  if (code.length === 0) throw new Error(`${path} has no TypeScript in the section "${section}".`);
  return code.reduce((lines, block) => lines + countLinesOfCode(block.code, `example.${block.language}`), 0);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const page = readFileSync(pagePath, 'utf8');
  const wanted = replaceTable(page);
  if (wanted !== page && values.check) {
    console.error('The table of docs/frameworks.md is not up to date. Run `npm run generate`.');
    process.exitCode = 1;
  } else if (wanted !== page) {
    writeFileSync(pagePath, wanted);
    console.log('docs/frameworks.md');
  }
}
