/** The statements of docs/statements.md by their number. */
export const statements: Readonly<Record<number, string>> = {};
