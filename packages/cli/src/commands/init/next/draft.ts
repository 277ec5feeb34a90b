// Collects what `torii init` changes in a Next.js app.
import type { FileChange, ManualStep, Project } from '../plan.ts';
import type { Places } from './places.ts';

const endings = ['.ts', '.tsx', '.js', '.jsx', '.mts', '.mjs'];

export interface Draft {
  readonly changes: readonly FileChange[];
  readonly manualSteps: readonly ManualStep[];
  /** Adds a file of the example. If the project has another file there, the user is told to add the code by hand. */
  add(source: string, edit?: (text: string) => string): void;
  /**
   * Edits an existing file.
   *
   * @param edit returns `undefined` if it cannot edit the file. `step` then says what to do by hand
   */
  edit(path: string, edit: (text: string) => string | undefined, step: Omit<ManualStep, 'path'>): void;
}

export function createDraft(project: Project, places: Places): Draft {
  const changes: FileChange[] = [];
  const manualSteps: ManualStep[] = [];
  return {
    changes,
    manualSteps,
    add(source, edit = (text) => text) {
      const path = places.pathOf(source);
      const existing = findModule(project, withoutEnding(path));
      const code = edit(places.textOf(source));
      if (existing === undefined) changes.push({ path, before: undefined, after: code });
      // An earlier run wrote the file if it mentions torii: every example file does.
      else if (!/torii/i.test(project.files.read(existing) ?? ''))
        manualSteps.push({
          path: existing,
          what: 'The file exists already. Add this code to it, or move it away and run `torii init` again.',
          code,
        });
    },
    edit(path, edit, step) {
      const before = project.files.read(path) ?? '';
      const after = edit(before);
      if (after === undefined) manualSteps.push({ path, ...step });
      else if (after !== before) changes.push({ path, before, after });
    },
  };
}

/** Finds a source file of the project by its path without the ending. */
export function findModule({ files }: Project, path: string): string | undefined {
  return endings.map((ending) => path + ending).find((each) => files.read(each) !== undefined);
}

function withoutEnding(path: string): string {
  return path.replace(/\.m?[jt]sx?$/, '');
}
