// What `torii init` knows of a project, and what it is going to change. Paths are relative to the folder of the project, with
// forward slashes.

export const frameworks = ['express', 'koa', 'fastify', 'hono', 'next', 'node'] as const;

/** `node` is an app without a framework, on `node:http`. */
export type Framework = (typeof frameworks)[number];

export interface ProjectFiles {
  /** The text of a file, or `undefined` if it does not exist or is not text. */
  read(path: string): string | undefined;
  /** Lists the files below a folder (`''` for all), sorted, without node_modules, hidden folders and build output. */
  list(folder: string): readonly string[];
}

export interface PackageManifest {
  readonly name?: string;
  readonly type?: string;
  readonly main?: string;
  readonly workspaces?: unknown;
  readonly packageManager?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

export interface Project {
  readonly files: ProjectFiles;
  /** package.json, or `{}` if there is none. */
  readonly manifest: PackageManifest;
  /** `compilerOptions` of tsconfig.json or jsconfig.json, without what it extends. `{}` if there is none. */
  readonly compilerOptions: Readonly<Record<string, unknown>>;
  readonly packageManager: PackageManager;
  readonly language: 'ts' | 'js';
  /** How new files are loaded. TypeScript is written with `import` in both cases. */
  readonly modules: 'esm' | 'commonjs';
  /** The ending of new files. */
  readonly sourceEnding: '.ts' | '.mts' | '.js' | '.mjs' | '.cjs';
  /** The ending in relative imports, as in `./torii.ts`, `./torii.js` or `./torii`. */
  readonly importEnding: '.ts' | '.mts' | '.js' | '.mjs' | '.cjs' | '';
  readonly testRunner: 'node:test' | 'vitest';
}

export interface Answers {
  readonly issuer: string;
  /** Whether the issuer is the emulator, which `torii dev` starts. */
  readonly usesEmulator: boolean;
}

/** A new file, if `before` is `undefined`, or an edit of an existing one. */
export interface FileChange {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string;
}

/** Something to do by hand, because an edit would not be safe. */
export interface ManualStep {
  /** The file to change. */
  readonly path: string;
  /** What to do, as a sentence. */
  readonly what: string;
  readonly code: string;
}

export interface SetupPlan {
  /** Files that do not change are left out. The engine adds .env, .gitignore, package.json and torii-seed.json. */
  readonly changes: readonly FileChange[];
  /** Packages that the app needs. Those that package.json lists already are skipped. */
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  /** Packages to install again with a newer range, because the range in package.json allows only unsupported versions. */
  readonly upgrades?: readonly string[];
  /** Variables of .env (`envFile`), besides those that every app gets. Existing ones keep their values. */
  readonly variables: Readonly<Record<string, string>>;
  /** Scripts of package.json. Existing ones are kept. The engine adds `dev` or `dev:torii`, and one for the test. */
  readonly scripts: Readonly<Record<string, string>>;
  /** Starts the app during development, if package.json has no script `dev` or `start`. */
  readonly devCommand: string | undefined;
  /** The file of the test. */
  readonly testFile: string;
  /** Runs the test. @default depends on `testRunner` */
  readonly testCommand?: string;
  /** Options of `torii dev`, such as `--allow-origin http://localhost:3000`. */
  readonly devOptions: readonly string[];
  /** What is protected now, and what is still public: one line each. */
  readonly guarded: readonly string[];
  readonly unguarded: readonly string[];
  readonly manualSteps: readonly ManualStep[];
  /** How the other routes are protected, one line each. @default ['Other routes are as before.'] */
  readonly otherRoutes?: readonly string[];
  /** How to protect another route, as a line of code. */
  readonly usage: string;
}

/** How one framework is set up. */
export interface Setup {
  readonly framework: Framework;
  /** For messages, such as `Express`. */
  readonly name: string;
  /** The file for variables that is not committed: `.env`, or `.env.local` for Next. */
  readonly envFile: string;
  /** Whether the project uses this framework. */
  detect(project: Project): boolean;
  plan(project: Project, answers: Answers): SetupPlan;
}
