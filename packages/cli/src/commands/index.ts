import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';

/** A command, or a group of commands, whose modules are loaded only if the command line names it. */
interface Outline {
  readonly name: string;
  /** The arguments that are shown after the name in the list of all commands. */
  readonly usage?: string;
  readonly description: string;
  load(): Promise<(program: Command, context: Context, args: readonly string[]) => void | Promise<void>>;
}

// A test compares this list with the commands themselves.
const outlines: readonly Outline[] = [
  {
    name: 'init',
    usage: '[options]',
    description: 'Add Torii to an app: a guard, a protected route, its test, and settings for development.',
    load: async () => (await import('./init/index.ts')).addInit,
  },
  {
    name: 'dev',
    usage: '[options] <command...>',
    description: 'Run an app together with a local Torii.',
    load: async () => (await import('./dev.ts')).addDev,
  },
  {
    name: 'users',
    description: 'List, change, ban, impersonate, delete, export and import users.',
    load: async () => (await import('./users/index.ts')).addUsers,
  },
  {
    name: 'sessions',
    description: 'List and revoke the sessions of a user.',
    load: async () => (await import('./sessions/index.ts')).addSessions,
  },
  {
    name: 'organizations',
    description: 'List organizations and their members, and change their metadata.',
    load: async () => (await import('./organizations/index.ts')).addOrganizations,
  },
  {
    name: 'invitations',
    description: 'Invite people by email to sign up, and list, resend and revoke invitations.',
    load: async () => (await import('./invitations/index.ts')).addInvitations,
  },
  {
    name: 'origins',
    description: 'List and change the allowed origins: whose pages may use the environment from a browser.',
    load: async () => (await import('./origins/index.ts')).addOrigins,
  },
  {
    name: 'secret',
    usage: '[options]',
    description: 'Create a random secret for HS256 and other HMAC algorithms.',
    load: async () => (await import('./secret.ts')).addSecret,
  },
  {
    name: 'token',
    description: 'Decode or verify an access token, find out why it is refused, or get one from an emulator.',
    load: async () => (await import('./token/index.ts')).addToken,
  },
  {
    name: 'keys',
    description: 'Create, show, publish and rotate the key of stream tokens.',
    load: async () => (await import('./keys/index.ts')).addKeys,
  },
  {
    name: 'revocations',
    description: 'List, follow and add revoked tokens, in the store that your servers read.',
    load: async () => (await import('./revocations/index.ts')).addRevocations,
  },
  {
    name: 'rbac',
    description: 'Check a document of roles and permissions.',
    load: async () => (await import('./rbac/index.ts')).addRbac,
  },
  {
    name: 'whoami',
    usage: '[options] [file]',
    description: 'Show which environment and secret key torii uses, or whose a token is.',
    load: async () => (await import('./whoami.ts')).addWhoami,
  },
  {
    name: 'explain',
    usage: '[options] [name]',
    description: 'Explain a reason, an error code or an option: what it means, and what to do.',
    load: async () => (await import('./explain.ts')).addExplain,
  },
  {
    name: 'doctor',
    usage: '[options]',
    description:
      'Check settings, issuer, keys, clock, REST API and packages. The exit code is 1 if something is wrong.',
    load: async () => (await import('./doctor/index.ts')).addDoctor,
  },
  {
    name: 'console',
    usage: '[options]',
    description:
      'Open a JavaScript prompt with the variables `client`, a REST client, and `verifier`, or run a script from a pipe.',
    load: async () => (await import('./console/index.ts')).addConsole,
  },
  {
    name: 'emulator',
    usage: '[emulator-options...]',
    description: 'Run a local Torii for development and tests.',
    load: async () => (await import('./emulator.ts')).addEmulator,
  },
  {
    name: 'completion',
    usage: '<shell>',
    description: 'Write a completion script for your shell.',
    // Adds the hidden command `complete` too. Last, because it only knows the commands that were added before it.
    load: async () => (await import('./completion.ts')).addCompletion,
  },
];

/**
 * Adds every command that a word of the command line names, and the outlines of all others. `users list` loads the modules
 * of `users`, and the list of all commands needs none.
 */
export async function addCommands(program: Command, context: Context, args: readonly string[]): Promise<void> {
  const words = new Set(args.map((word) => (word === 'complete' ? 'completion' : word)));
  const adding = outlines.map(async (outline) =>
    words.has(outline.name) ? outline.load() : () => addOutline(program, outline),
  );
  for (const add of await Promise.all(adding)) await add(program, context, args);
}

function addOutline(program: Command, { name, usage = '', description }: Outline): void {
  const command = program.command(name).description(description);
  for (const part of usage.split(' ').filter((each) => each !== '')) {
    if (part === '[options]') command.addOption(new Option('--any'));
    else command.argument(part);
  }
}
