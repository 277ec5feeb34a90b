// Where the files of `examples/start/next-app` and `next-pages` go in a project.
import { posix } from 'node:path';
import type { Project } from '../plan.ts';
import type { Templates } from '../template.ts';
import type { NextShape } from './shape.ts';

export interface Places {
  /** The path in the project, with its ending, of a file of the example. */
  pathOf(source: string): string;
  /** The text of a file of the example, with imports that fit the project. */
  textOf(source: string): string;
  /** What a file of the project imports to reach a file of the example. */
  importOf(source: string, from: string): string;
}

/** @param places maps each file of the example to its path in the project, without the ending */
export function createPlaces(
  project: Project,
  shape: NextShape,
  templates: Templates,
  places: Readonly<Record<string, string>>,
): Places {
  const byModule = new Map(Object.keys(places).map((source) => [withoutEnding(source), source]));

  function pathOf(source: string): string {
    const ending = posix.extname(source);
    return placeOf(source) + (project.language === 'ts' ? ending : ending.replace('ts', 'js'));
  }

  function placeOf(source: string): string {
    const place = places[source];
    if (place === undefined) throw new Error(`${source} has no place.`);
    return place;
  }

  function importOf(source: string, from: string): string {
    const place = placeOf(source);
    const relative = posix.relative(posix.dirname(from), place);
    if (!relative.startsWith('../')) return `./${relative}`;
    const { alias } = shape;
    if (alias === undefined) return relative;
    const inside = posix.relative(alias.folder, place);
    return inside.startsWith('../') ? relative : alias.prefix + inside;
  }

  function textOf(source: string): string {
    const template = templates[source];
    if (template === undefined) throw new Error(`There is no template of ${source}.`);
    const text = project.language === 'ts' ? template.ts : template.esm;
    return text.replaceAll(/(?<=\bfrom '|\bimport\(')\.\.?\/[^']+(?=')/g, (specifier) => {
      const module = withoutEnding(posix.join(posix.dirname(source), specifier));
      const target = byModule.get(module);
      if (target === undefined) throw new Error(`${source} imports ${specifier}, which has no place.`);
      return importOf(target, pathOf(source));
    });
  }

  return { pathOf, textOf, importOf };
}

function withoutEnding(path: string): string {
  return path.replace(/\.m?[jt]sx?$/, '');
}
