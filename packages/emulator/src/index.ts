export { type Emulator, startEmulator } from './emulator.ts';
export { EmulatorError, type EmulatorErrorCode } from './errors.ts';
export type { CutOptions, CutPoint, FailOptions, FaultDuration, FaultTarget, Surface } from './faults.ts';
export type { EmulatorOptions } from './options.ts';
export type { Signer, TokenOptions } from './token.ts';
export type { RequestCounts } from './traffic.ts';
export type { NewUser } from './user-input.ts';
export type { User, UserStatus } from './users.ts';
