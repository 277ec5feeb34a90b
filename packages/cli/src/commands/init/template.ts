// Files of examples/start/, placed into a project.
import { posix } from 'node:path';
import { CommandFailure } from '../../failures.ts';
import type { FileChange, Project } from './plan.ts';

/** A file of an example in three forms: TypeScript, and JavaScript as an ES module and as CommonJS. */
export interface Template {
  readonly ts: string;
  readonly esm: string;
  readonly commonjs: string;
}

/** The files of an example, by their path in it, such as `src/torii.ts`. */
export type Templates = Readonly<Record<string, Template>>;

/** Where the files of an example go, without an ending: `{ 'src/torii.ts': 'lib/torii' }`. */
export type Places = Readonly<Record<string, string>>;

export interface Placing {
  readonly project: Project;
  readonly templates: Templates;
  readonly places: Places;
  /** The path of the protected route. @default '/me' */
  readonly route?: string;
  /** Files of the example that the project has already. They are not written, but other files import them. */
  readonly skip?: readonly string[];
  /** Texts to replace, by the file's path in the example. Each text must occur. Imports are rewritten after this. */
  readonly replace?: Readonly<Record<string, readonly (readonly [string, string])[]>>;
  /**
   * For each path in the example, a text that shows that an earlier run wrote the existing file. Such a file is kept
   * unchanged.
   */
  readonly marks?: Readonly<Record<string, string>>;
}

/** Adds the project's ending to a place: `lib/torii` becomes `lib/torii.js`. */
export function placedPath(project: Project, source: string, place: string): string {
  const jsx = source.endsWith('x') ? 'x' : '';
  return place + project.sourceEnding + jsx;
}

/**
 * Creates the files of an example in the project's language, and rewrites their imports for their new places.
 *
 * @throws CommandFailure if a file exists that no earlier run can have written
 */
export function placeTemplates(placing: Placing): readonly FileChange[] {
  const { project, places, marks = {}, skip = [] } = placing;
  return Object.entries(places).flatMap(([source, place]) => {
    if (skip.includes(source)) return [];
    const path = placedPath(project, source, place);
    const after = textOf(placing, source, path);
    const before = project.files.read(path);
    if (before === undefined) return { path, before, after };
    const mark = marks[source];
    if (before === after || (mark !== undefined && before.includes(mark))) return [];
    throw new CommandFailure(`${path} exists already, with other content. Rename it, and run it again.`);
  });
}

function textOf({ project, templates, places, route, replace = {} }: Placing, source: string, path: string): string {
  const template = templates[source];
  if (template === undefined) throw new Error(`There is no template ${source}.`);
  // Vitest runs tests as ES modules, also in a CommonJS package.
  const modules = source.includes('.test.') && project.testRunner === 'vitest' ? 'esm' : project.modules;
  let text = project.language === 'ts' ? template.ts : template[modules];
  for (const [from, to] of replace[source] ?? []) {
    if (!text.includes(from)) throw new Error(`The template ${source} does not contain: ${from}`);
    text = text.replaceAll(from, to);
  }
  if (route !== undefined) text = text.replace(/\/me\b(?!\.)/g, route);
  return text.replace(/((?:\bfrom |\brequire\(|\bimport\()')(\.[^']*)(?=')/g, (_found, start: string, to: string) => {
    const imported = posix.join(posix.dirname(source), to);
    const place = places[imported];
    if (place === undefined) return start + to;
    const importEnding = start.startsWith('import(') ? endingOfDynamic(project) : project.importEnding;
    return start + importOf({ importEnding }, path, place);
  });
}

/** The ending in `import()`. Node requires it even in CommonJS files. */
function endingOfDynamic({ language, importEnding, sourceEnding, compilerOptions }: Project): Project['importEnding'] {
  if (language === 'js') return sourceEnding;
  const { module, moduleResolution = module } = compilerOptions;
  return importEnding === '' && /^node(?:next|\d\d)$/i.test(String(moduleResolution)) ? '.js' : importEnding;
}

/**
 * What a file of the project writes to import the file with this place.
 *
 * @param place without an ending, such as `lib/torii`
 */
export function importOf({ importEnding }: Pick<Project, 'importEnding'>, from: string, place: string): string {
  const path = posix.relative(posix.dirname(from), place);
  return (path.startsWith('.') ? path : `./${path}`) + importEnding;
}
