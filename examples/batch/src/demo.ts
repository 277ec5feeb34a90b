import { type Emulator, startEmulator } from '@torii/emulator';

/** A local Torii with users in it, for want of a real one. They stay in a file, so that an export can be taken up again. */
export async function startDemo(database: string, users: number): Promise<Emulator> {
  const emulator = await startEmulator({ database });
  const emails = Array.from({ length: users }, (_, index) => `user${index + 1}@example.com`);
  // Who is there already stays as they are.
  await emulator.seed(emails.map((email) => ({ email })));
  return emulator;
}
