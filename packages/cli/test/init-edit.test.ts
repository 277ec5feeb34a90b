import { describe, expect, test } from 'vitest';
import { findAppFiles, mountRoute } from '../src/commands/init/app-file.ts';
import { readCode } from '../src/commands/init/code.ts';
import { parseCommentedJson } from '../src/commands/init/commented-json.ts';
import { addVariables } from '../src/commands/init/env-file.ts';
import { addImport } from '../src/commands/init/imports.ts';
import { readProject } from '../src/commands/init/project.ts';
import { parses } from '../src/commands/init/syntax.ts';
import { templates } from '../src/generated/templates.ts';
import { createProject } from './init-project.ts';

/** Mounts a route in a file that creates an Express app. */
function mount(text: string, path = 'app.js'): string | undefined {
  const project = readProject(createProject({ [path]: text, 'package.json': '{}' }));
  const [file, ...others] = findAppFiles(
    project,
    /express\s*\(\s*\)|require\(\s*['"]([^'"]*)['"]\s*\)\s*\(\s*\)/,
    'express',
  );
  expect(others).toEqual([]);
  return file && mountRoute(file, { name: 'me', from: './me', statement: `${file.name}.use(me)` });
}

/** The line after the one that mounts the route, without indentation. */
function lineAfterMount(text: string | undefined, statement = 'app.use(me)'): string | undefined {
  const lines = (text ?? '').split('\n').map((line) => line.trim());
  return lines[lines.findIndex((line) => line.replace(';', '') === statement) + 1];
}

const start = "const express = require('express');\nconst app = express();\n";

describe('the route is mounted before', () => {
  test.each([
    ["app.use('/', routes);", 'a router with a path'],
    ["app.get('/', handler);", 'a route'],
    ["app.get('*', spa);", 'a handler for all paths'],
    ['app.get(/.*/, spa);', 'a handler with a pattern'],
    ['app.all(`/x`, handler);', 'a template'],
    ["app.route('/x').get(handler);", 'a route with several methods'],
    ["app.use(['/a', '/b'], routes);", 'a router with paths'],
    ["app.use(require('./routes'));", 'a router that is loaded in place'],
    ["require('./routes')(app);", 'a function that is loaded in place'],
    ['app.use((req, res) => { res.status(404).end(); });', 'a handler for unknown paths'],
    ['app.use(function (req, res) { res.status(404).end(); });', 'a function for unknown paths'],
    ["app.use(open);\nfunction open(req, res) {}\napp.get('/', x);", 'a function for all requests'],
    ["app.use(open);\napp.get('/', x);\nconst open = async (req, res) => {};", 'an arrow function for all requests'],
    [
      "if (x) {\napp.use((req, res) => res.end());\n}\napp.get('/', x);",
      'a condition with a function for all requests',
    ],
    ['for (const route of routes) {\napp.get(route, x);\n}', 'a loop that adds routes'],
    ["addRoutes(app);\napp.get('/', x);\nfunction addRoutes(server) {}", 'a function of the file that adds routes'],
    ["app.use(api);\napp.get('/', x);\nconst api = express.Router();", 'a router of the file'],
    ['app.use(ctx => { ctx.body = 1; });', 'a handler without next'],
    ["app.use((ctx) => { ctx.body = 1; });\napp.get('/', x);", 'a handler without next, before a route'],
    ['app.listen(3000);', 'the start of the server'],
    ['const server = app.listen(3000);', 'the start of a server that has a name'],
    ['http.createServer(app).listen(3000);', 'a server of Node'],
    ['const server = http.createServer({}, app);', 'a server of Node with options'],
    ['module.exports = app;', 'the export'],
  ])('%s', (line) => {
    expect(lineAfterMount(mount(`${start}app.use(helmet());\n${line}\n`))).toBe(line.split('\n')[0]);
  });

  test('the first router of a file of the project', () => {
    const text = `const express = require('express');\nconst routes = require('./routes');\nconst app = express();\napp.use(cors());\napp.use(routes);\napp.use(notFound);\n`;
    expect(lineAfterMount(mount(text))).toBe('app.use(routes);');
  });
});

test('routes that a function of the project adds come after the route', () => {
  const text = `const express = require('express');\nconst addRoutes = require('./routes');\nconst onerror = require('onerror');\nconst app = express();\nonerror(app);\napp.use(require('./middleware/cors'));\napp.use(require('cors')());\naddRoutes(app);\n`;
  expect(lineAfterMount(mount(text))).toBe('addRoutes(app);');
});

test.each([
  'app.use((req, res, next) => next());',
  'app.use(async function (context: Context, next: () => Promise<void>) { await next(); });',
  'app.use(log);\nfunction log({ method, url }, res, done) { done(); }',
])('middleware that passes requests on can come before the route: %s', (line) => {
  expect(lineAfterMount(mount(`${start}${line}\napp.get('/', y);\n`))).toBe("app.get('/', y);");
});

test.each([
  'const app = express().use((req, res) => res.end());\n',
  "const app = express()\n  .use(express.json())\n  .get('*', open);\n",
  "const app = express().get('/:page', open);\n",
])('an app that is created with a handler for the path is left to the user: %s', (text) => {
  expect(mount(`const express = require('express');\n${text}`)).toBeUndefined();
});

test('reading a setting is not a route', () => {
  expect(lineAfterMount(mount(`${start}const env = app.get('env');\napp.get('/', x);\n`))).toBe("app.get('/', x);");
});

test('without a route, the route comes after the last middleware', () => {
  const text = `${start}app.set('x', 1);\napp.use(\n  cors({\n    origin,\n  }),\n);\n\nstart();\n`;
  expect(mount(text)).toContain('  }),\n);\n\napp.use(me);\n\nstart();\n');
});

test.each(['setupRoutes(app);', 'app.use(notFoundMiddleware);'])('routes with a name like middleware: %s', (line) => {
  const text = `${start}const { setupRoutes, notFoundMiddleware } = require('./middleware/setup');\napp.use(cors());\n${line}\napp.get('/', x);\n`;
  expect(lineAfterMount(mount(text))).toBe(line);
});

test('the route comes after middleware that all routes share, also after middleware of the project', () => {
  const text = `${start}const { requestLogger } = require('./logger');\napp.use(requestLogger);\napp.use(express.json());\napp.get('/', x);\n`;
  expect(lineAfterMount(mount(text))).toBe("app.get('/', x);");
});

test.each([
  "// app.get('/', x);",
  "/* app.get('/', x); */",
  'const text = "app.get(\'/\', x);";',
  "const text = `\napp.get('/', x);\n`;",
  "const pattern = /app.get('\\/', x);/;",
  "function later() {\n  app.get('/later', x);\n}",
])('code that does not run here is not a route: %s', (line) => {
  expect(lineAfterMount(mount(`${start}${line}\napp.get('/', y);\n`))).toBe("app.get('/', y);");
});

test('in a function, the route is mounted in the function', () => {
  const text = `import express from 'express';\n\nexport function createApp() {\n  const server = express();\n  server.get('/', x);\n  return server;\n}\n`;
  expect(mount(text, 'src/app.ts')).toBe(
    text
      .replace("'express';\n", "'express';\nimport { me } from './me';\n")
      .replace('  server.get', '  server.use(me);\n  server.get'),
  );
});

test('a parameter of the same name in another function is another app', () => {
  const text = `import express from 'express';\n\nfunction createApp() {\n  const app = express();\n  return app;\n}\n\nfunction addRoutes(app) {\n  app.get('/', x);\n}\n`;
  expect(lineAfterMount(mount(text))).toBe('return app;');
});

test('an app without a route gets it after its creation', () => {
  expect(mount(start)).toBe(`${start.replace("');\n", "');\nconst { me } = require('./me');\n")}\napp.use(me);\n`);
});

describe('nothing is changed', () => {
  test('if the route is mounted already', () => {
    const text = `const { me } = require('./me.js');\n${start}app.use(me);\n`;
    expect(mount(text)).toBe(text);
  });

  test.each([
    ['the name is taken', `const me = 1;\n${start}app.get('/', x);\n`],
    ['the name is imported from elsewhere', `const { me } = require('./users');\n${start}app.get('/', x);\n`],
    [
      'the statement shares its line',
      `const express = require('express');\nif (x) { const app = express(); app.get('/', y); }\n`,
    ],
  ])('if %s', (_why, text) => {
    expect(mount(text)).toBeUndefined();
  });
});

test('an app of another package is not an app of Express', () => {
  const project = readProject(createProject({ 'app.js': "const app = require('polka')();\n" }));
  expect(findAppFiles(project, /require\(\s*['"]([^'"]*)['"]\s*\)\s*\(\s*\)/, 'express')).toEqual([]);
});

describe('an import is added', () => {
  test.each([
    [
      "import a from 'a'\nimport {\n  b,\n} from 'b'\n\nx()\n",
      'esm',
      "import a from 'a'\nimport {\n  b,\n} from 'b'\nimport { me } from './me'\n\nx()\n",
    ],
    ['import "a";\nx();\n', 'esm', 'import "a";\nimport { me } from "./me";\nx();\n'],
    [
      "import a from 'a'; // note\r\nx();\r\n",
      'esm',
      "import a from 'a'; // note\r\nimport { me } from './me';\r\nx();\r\n",
    ],
    [
      "#!/usr/bin/env node\n'use strict';\n\nx();\n",
      'commonjs',
      "#!/usr/bin/env node\n'use strict';\nconst { me } = require('./me');\n\nx();\n",
    ],
    [
      "const {\n  a,\n} = require('a');\nfunction f() {\n  const b = require('b');\n}\n",
      'commonjs',
      "const {\n  a,\n} = require('a');\nconst { me } = require('./me');\nfunction f() {\n  const b = require('b');\n}\n",
    ],
    [
      "const a = await import('a')\nimport b from 'b'\n",
      'esm',
      "const a = await import('a')\nimport b from 'b'\nimport { me } from './me'\n",
    ],
    ["import a from 'a'", 'esm', "import a from 'a'\nimport { me } from './me'"],
  ] as const)('to %j', (text, modules, expected) => {
    expect(addImport(text, 'me', './me', modules)).toBe(expected);
  });
});

test.each([
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the code to read
  "const a = 'it\\'s'; // '\nconst b = `x ${y} '`;",
  'const a = x / 2 / 3; const b = "/"; const c = /[/"]/.test(d);',
  "/* ' */ const a = { b: /'/ };",
])('comments and literals are blank, and positions stay: %s', (text) => {
  const { bare, depth } = readCode(text);
  expect(bare.length).toBe(text.length);
  expect(depth.at(-1)).toBe(0);
  expect(bare).not.toMatch(/it|\/\/ '|\/\* '|\[\//);
});

test.each([
  ['{ "a": 1, // one\n "b": [1, 2,], /* two */ }', { a: 1, b: [1, 2] }],
  ['{ "a": "http://x,]" }', { a: 'http://x,]' }],
  ['\uFEFF{}', {}],
  ['{', undefined],
])('JSON with comments: %j', (text, expected) => {
  expect(parseCommentedJson(text)).toEqual(expected);
});

test.each([
  [undefined, '# T\nA=1\n'],
  ['A=', 'A='],
  ['export A=2', 'export A=2'],
  ['B=1', 'B=1\n\n# T\nA=1\n'],
  ['# A=2\r\n', '# A=2\r\n\r\n# T\r\nA=1\r\n'],
])('a variable is added to %j if it is absent', (text, expected) => {
  expect(addVariables(text, { A: '1' }, 'T')).toBe(expected);
});

// Next compiles ES modules in every package.
const required = Object.entries(templates).filter(([name]) => !name.startsWith('next-'));

test.each(
  required.flatMap(([name, files]) => Object.entries(files).map(([path, file]) => [name, path, file] as const)),
)('the CommonJS form of %s/%s can be parsed', (_name, _path, { commonjs }) => {
  expect(parses(commonjs, 'file.js', 'commonjs')).toBe(true);
});
