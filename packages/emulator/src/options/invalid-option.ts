import { EmulatorError } from '../errors.ts';

export function invalidOption(message: string): EmulatorError {
  return new EmulatorError('option_invalid', `Option ${message}`);
}
