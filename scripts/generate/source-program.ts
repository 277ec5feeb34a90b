import { globSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { repository } from '../workspace.ts';

/** Reads the sources that throw errors about options. */
export function readSources(): ts.Program {
  const patterns = [
    'packages/{api,authz,core,express,fastify,hono,koa,next,revocation,streams}/src/**/*.{ts,tsx}',
    'packages/emulator/src/options/*.ts',
  ];
  return programOf(globSync(patterns, { cwd: repository }).map((path) => join(repository, path)));
}

/**
 * Reads files. Other packages and the types of Node are not read: names of options and texts of messages do not depend on them.
 *
 * @param texts The contents of files that do not exist, by their paths.
 */
export function programOf(files: readonly string[], texts: ReadonlyMap<string, string> = new Map()): ts.Program {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ESNext,
    lib: ['lib.es2024.d.ts'],
    types: [],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: ['@torii/source'],
    allowImportingTsExtensions: true,
    strict: true,
    noEmit: true,
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  host.resolveModuleNameLiterals = (literals, file) =>
    literals.map(({ text }) =>
      /^\.|^@torii\//.test(text) ? ts.resolveModuleName(text, file, options, host) : { resolvedModule: undefined },
    );
  return ts.createProgram(files, options, host);
}

/** The sources of the packages, without TypeScript's own library files. */
export function listSources(program: ts.Program): readonly ts.SourceFile[] {
  return program.getSourceFiles().filter(({ fileName }) => fileName.includes('/packages/'));
}
