/** A user, a member, a token or another thing whose tokens are revoked. */
export interface Subject {
  readonly kind: 'user' | 'member' | 'impersonator' | 'environment' | 'token';
  readonly id?: string;
  readonly organizationId?: string;
}

export function subjectName({ kind, id = '', organizationId = '' }: Subject): string {
  return `${kind} ${id} ${organizationId}`;
}

/** Tokens of a subject that were issued in this Unix second or earlier are revoked. */
export interface CutOff {
  readonly subject: string;
  readonly before: number;
}

/** What an entry of version 1 says, or `undefined` if it cannot be read. The text does not tell whether it is genuine. */
export function cutOffIn(text: string): CutOff | undefined {
  const [version, , , ...json] = text.split(':');
  if (version !== 'v1') return undefined;
  try {
    const { kind, id, organizationId, before } = JSON.parse(json.join(':'));
    return { subject: subjectName({ kind, id, organizationId }), before };
  } catch {
    return undefined;
  }
}
