import { type Emulator, startEmulator } from '@torii/emulator';

/** Starts the emulator with users, stored in a file so that an interrupted export can continue. */
export async function startDemo(database: string, users: number): Promise<Emulator> {
  const emulator = await startEmulator({ database });
  const emails = Array.from({ length: users }, (_, index) => `user${index + 1}@example.com`);
  // Users from an earlier run are not changed.
  await emulator.seed(emails.map((email) => ({ email })));
  return emulator;
}
