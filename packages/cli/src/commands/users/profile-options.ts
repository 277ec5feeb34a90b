import { type Command, InvalidArgumentError } from 'commander';

/** What the options of {@link addProfileOptions} say. */
export interface ProfileOptions {
  readonly name?: string;
  readonly phone?: string;
  readonly address?: string;
  readonly dateOfBirth?: string;
}

/** Adds what a user can be created with and given later. */
export function addProfileOptions(command: Command): Command {
  return command
    .option('--name <name>', 'display name', something)
    .option('--phone <phone>', 'phone number', something)
    .option('--address <address>', 'postal address', something)
    .option('--date-of-birth <date>', 'as in 1815-12-10', something);
}

export function profileOf({ name, phone, address, dateOfBirth }: ProfileOptions): ProfileOptions {
  return {
    ...(name !== undefined && { name }),
    ...(phone !== undefined && { phone }),
    ...(address !== undefined && { address }),
    ...(dateOfBirth !== undefined && { dateOfBirth }),
  };
}

/** A text that is there. An empty one is an unset variable of a script more often than a wish. */
export function something(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It is empty.');
}
