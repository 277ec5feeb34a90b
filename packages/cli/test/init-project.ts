import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Ended, temporaryFolder } from './command.ts';
import { runInProcess } from './in-process.ts';

const packages = fileURLToPath(new URL('../../', import.meta.url));

/** Writes a project into an empty folder. */
export function createProject(files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return folder;
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** All files of a folder, without node_modules and .git. */
export function readFiles(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const own = paths.filter((path) => !/^(?:node_modules|\.git)\//.test(path)).toSorted();
  return Object.fromEntries(own.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

/** Runs `torii init` without questions, and without installing packages. */
export function init(folder: string, ...args: readonly string[]): Promise<Ended> {
  return runInProcess(['init', '--yes', '--no-install', ...args], { folder });
}

/** Makes the workspace packages and a framework resolvable, as if they were installed. */
export function linkPackages(folder: string, links: Readonly<Record<string, string>>): void {
  const own = Object.fromEntries(
    ['core', 'emulator', 'express', 'koa', 'fastify', 'hono'].map((name) => [`@torii/${name}`, name]),
  );
  for (const [name, target] of Object.entries({ ...own, ...links })) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(packages, target), link, 'dir');
  }
}

export const manifest = (content: object): string => `${JSON.stringify(content, undefined, 2)}\n`;

/** The files that express-generator 4.16.1 writes with `--no-view`, as far as they matter. */
export const expressGenerator: Readonly<Record<string, string>> = {
  'package.json': manifest({
    name: 'shop',
    version: '0.0.0',
    private: true,
    scripts: { start: 'node ./bin/www' },
    dependencies: { 'cookie-parser': '~1.4.4', debug: '~2.6.9', express: '~4.16.1', morgan: '~1.9.1' },
  }),
  'bin/www': `#!/usr/bin/env node
var app = require('../app');
var http = require('http');
http.createServer(app).listen(process.env.PORT || '3000');
`,
  'app.js': `var express = require('express');
var path = require('path');

var indexRouter = require('./routes/index');
var usersRouter = require('./routes/users');

var app = express();

app.use(express.json());
app.use(express.urlencoded({ extended: false }));
app.use(express.static(path.join(__dirname, 'public')));

app.use('/', indexRouter);
app.use('/users', usersRouter);

// catch 404 and forward to error handler
app.use(function(req, res, next) {
  res.status(404).end();
});

module.exports = app;
`,
  'routes/index.js': `var express = require('express');
var router = express.Router();

/* GET home page. */
router.get('/', function(req, res, next) {
  res.json({ title: 'Express' });
});

module.exports = router;
`,
  'routes/users.js': `var express = require('express');
var router = express.Router();

router.get('/', function(req, res, next) {
  res.send('respond with a resource');
});

module.exports = router;
`,
};

/** The files of the template \`nodejs\` of create-hono. */
export const createHono: Readonly<Record<string, string>> = {
  'package.json': manifest({
    name: 'shop',
    type: 'module',
    scripts: { dev: 'tsx watch src/index.ts', build: 'tsc', start: 'node dist/index.js' },
    dependencies: { '@hono/node-server': '^1.19.0', hono: '^4.9.0' },
    devDependencies: { '@types/node': '^20.11.17', tsx: '^4.7.1', typescript: '^5.8.3' },
  }),
  'tsconfig.json': `{
  "compilerOptions": {
    "target": "ESNext",
    "module": "NodeNext",
    "strict": true,
    "verbatimModuleSyntax": true,
    "skipLibCheck": true,
    "types": [
      "node"
    ],
    "jsx": "react-jsx",
    "jsxImportSource": "hono/jsx",
    "outDir": "./dist"
  },
  "exclude": ["node_modules"]
}
`,
  'src/index.ts': `import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const app = new Hono()

app.get('/', (c) => {
  return c.text('Hello Hono!')
})

serve({
  fetch: app.fetch,
  port: 3000
}, (info) => {
  console.log(\`Server is running on http://localhost:\${info.port}\`)
})
`,
};
