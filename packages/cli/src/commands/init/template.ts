// Files of `examples/start/`, placed into a project.
import { posix } from 'node:path';
import type { FileChange, Project } from './plan.ts';

/** A file of an example: TypeScript, and the same in JavaScript as an ES module and as CommonJS. */
export interface Template {
  readonly ts: string;
  readonly esm: string;
  readonly commonjs: string;
}

/** The files of an example, by their path in it, such as `src/torii.ts`. */
export type Templates = Readonly<Record<string, Template>>;

/** Where the files of an example go, without the ending `.ts`: `{ 'src/torii.ts': 'lib/torii' }`. */
export type Places = Readonly<Record<string, string>>;

/** The path of a placed file, such as `lib/torii.js`. */
export function placedPath(project: Project, source: string, place: string): string {
  const ending = posix.extname(source);
  return place + (project.language === 'ts' ? ending : ending.replace('ts', 'js'));
}

/**
 * Places files of an example: in the language of the project, with imports that find the other placed files.
 *
 * @throws Error if a file with other content exists already
 */
export function placeTemplates(project: Project, templates: Templates, places: Places): readonly FileChange[] {
  throw new Error(`not written yet: ${project.language} ${Object.keys(templates)} ${Object.keys(places)}`);
}
