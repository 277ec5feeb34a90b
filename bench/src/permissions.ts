export const roleCount = 10;

export type Permissions = Readonly<Record<string, readonly string[]>>;

/** One permission in ten covers a subtree, one in ten has a star in the middle. The rest are literals. */
export function permissionsFor(count: number): Permissions {
  const roles: Record<string, string[]> = Object.fromEntries(
    Array.from({ length: roleCount }, (_, n) => [`role${n}`, []]),
  );
  for (let n = 0; n < count; n++) {
    const item = Math.floor(n / roleCount);
    const resource = `area${item % 97}/thing${item}`;
    const pattern = item % 10 === 1 ? `${resource}/*` : item % 10 === 2 ? `area${item % 97}/*/thing${item}` : resource;
    roles[`role${n % roleCount}`]?.push(`${pattern}:get`);
  }
  return roles;
}

/** Half of the resources are granted by a literal, half are not granted. */
export function questionsFor(count: number): readonly string[] {
  const items = Math.max(1, Math.floor(count / roleCount));
  return Array.from({ length: 2_000 }, (_, n) => {
    const item = Math.floor(((n * 7919) % items) / 10) * 10;
    return n % 2 === 0 ? `area${item % 97}/thing${item}` : `area${item % 97}/other${n}`;
  });
}
