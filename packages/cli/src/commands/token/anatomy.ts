export interface TokenPart {
  readonly name: 'header' | 'claims' | 'signature';
  /** Why the part cannot be decoded, as the end of a sentence: `is not UTF-8`. */
  readonly problem?: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly bytes?: Buffer;
}

/** The decoded parts of a token, for display only. Whether a token is accepted is decided by core's verifier. */
export interface Anatomy {
  readonly length: number;
  readonly problem?: string;
  readonly header: TokenPart;
  readonly claims: TokenPart;
  readonly signature: TokenPart;
}

/** The length of the longest token that is decoded. The same limit as in @torii/core. */
export const maxCharacters = 16_384;

export function dissect(token: string): Anatomy {
  const texts = token.split('.', 6);
  const [header = '', claims = '', signature = ''] = texts;
  const problem = problemOfWhole(texts.length, token);
  const hasParts = texts.length === 2 || texts.length === 3;
  return {
    length: token.length,
    ...(problem !== undefined && { problem }),
    header: hasParts ? readObject('header', header) : { name: 'header' },
    claims: hasParts ? readObject('claims', claims) : { name: 'claims' },
    signature: texts.length === 3 ? readSignature(signature) : { name: 'signature' },
  };
}

export function firstUnreadable({ header, claims, signature }: Anatomy): TokenPart | undefined {
  return [header, claims, signature].find(({ problem }) => problem !== undefined);
}

function problemOfWhole(count: number, token: string): string | undefined {
  if (token.length > maxCharacters) return `has ${token.length} characters, but at most ${maxCharacters} are allowed`;
  if (count === 3) return undefined;
  if (count === 5) return 'has five parts, so it is an encrypted token (JWE), which only its recipient can read';
  if (count === 1 && /^[sp]k_(?:live|test)_/.test(token)) return 'is a key of the REST API, not the token of a user';
  if (/^(?:undefined|null|NaN|true|false|\[object \w+\])$/.test(token))
    return `is the text "${token}": the client had none, or did not await it`;
  if (count === 1 && token.startsWith('eyJ')) return 'has no dots, so it was cut off in its first part';
  if (count === 1) return 'has no dots, so it is not a JWT (it may be a session cookie)';
  if (count === 2) return 'has two parts instead of three: the signature is missing or was cut off';
  return `has ${count > 5 ? 'more than five' : count} parts instead of three, so other text was copied with it`;
}

function readSignature(text: string): TokenPart {
  const problem = problemOfBase64url(text);
  return problem === undefined
    ? { name: 'signature', bytes: Buffer.from(text, 'base64url') }
    : { name: 'signature', problem };
}

function readObject(name: 'header' | 'claims', text: string): TokenPart {
  const problem = problemOfBase64url(text);
  if (problem !== undefined) return { name, problem };
  let json: string;
  try {
    json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, 'base64url'));
  } catch {
    return { name, problem: 'is not UTF-8' };
  }
  try {
    const values: unknown = JSON.parse(json);
    const isObject = typeof values === 'object' && values !== null && !Array.isArray(values);
    return isObject
      ? { name, values: values as Readonly<Record<string, unknown>> }
      : { name, problem: 'is JSON, but not an object' };
  } catch {
    return { name, problem: json.startsWith('\uFEFF') ? 'starts with a byte order mark' : 'is not JSON' };
  }
}

function problemOfBase64url(text: string): string | undefined {
  if (text === '') return 'is empty';
  const index = text.search(/[^A-Za-z0-9_-]/);
  if (index >= 0) return describeCharacter(text.charAt(index), index + 1);
  if (text.length % 4 === 1) return `is cut off: base64url text cannot have ${text.length} characters`;
  // In base64url the unused bits of the last character must be zero (RFC 4648 section 3.5). If they are not, report it,
  // because the verifier of @torii/core refuses the token.
  if (Buffer.from(text, 'base64url').toString('base64url') !== text) {
    return 'has unused bits at its end that are not zero: the last character was changed, or characters are missing';
  }
  return undefined;
}

function describeCharacter(character: string, position: number): string {
  const where = `at character ${position}`;
  if (/\s/.test(character)) return `has white space ${where}: it was copied with a line break or with other text`;
  if (character === '=') return `has padding (=) ${where}, which is not allowed in tokens`;
  if (character === '+' || character === '/') return `is base64 instead of base64url: "${character}" ${where}`;
  if (character === '%') return `is URL-encoded: "%" ${where}`;
  if (character === '…') return `was shortened by the program that displayed it: "…" ${where}`;
  return `has a character ${where} that is not base64url`;
}
