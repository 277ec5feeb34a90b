// In memory, to keep the example small. A real app uses a database.
const notes = new Map<string, readonly string[]>();

export function listNotes(userId: string): readonly string[] {
  return notes.get(userId) ?? [];
}

export function addNote(userId: string, note: string): void {
  const others = listNotes(userId).filter((other) => other !== note);
  notes.set(userId, [...others, note].slice(-20));
}
