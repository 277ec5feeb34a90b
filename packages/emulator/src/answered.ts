/**
 * An entity of the REST API with the optional fields that the emulator always answers. Fields that a newer specification
 * adds stay optional, so that the emulator still compiles with it.
 */
export type Answered<Entity, Field extends keyof Entity> = Omit<Entity, Field> & Required<Pick<Entity, Field>>;
