/** One of the three parts of a token, as far as it can be read. */
export interface TokenPart {
  readonly name: 'header' | 'claims' | 'signature';
  /** What keeps it from being read, as the rest of a sentence. */
  readonly problem?: string;
  /** Of a header or claims that can be read. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Of a signature that can be read. */
  readonly bytes?: Buffer;
}

/** A token taken apart to be looked at. Decides nothing: that is the verifier's. */
export interface Anatomy {
  readonly length: number;
  /** What is wrong with the whole of it, as the rest of a sentence. */
  readonly problem?: string;
  readonly header: TokenPart;
  readonly claims: TokenPart;
  readonly signature: TokenPart;
}

/** The most characters that core reads. */
export const mostCharacters = 16_384;

/** Takes a text apart, whatever it is. */
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

/** The first part that cannot be read, in the order in which they stand. */
export function firstUnreadable({ header, claims, signature }: Anatomy): TokenPart | undefined {
  return [header, claims, signature].find(({ problem }) => problem !== undefined);
}

function problemOfWhole(count: number, token: string): string | undefined {
  if (token.length > mostCharacters) return `has ${token.length} characters, and ${mostCharacters} are the most`;
  if (count === 3) return undefined;
  if (count === 5) return 'has five parts: it is an encrypted token (JWE), and nobody but its receiver can read it';
  if (count === 1 && /^[sp]k_(?:live|test)_/.test(token)) return 'is a key of the REST API, and no token of a user';
  if (count === 1 && token.startsWith('eyJ')) return 'has no dots: it was cut off in its first part';
  if (count === 1) return 'has no dots: it is no JWT. An opaque session cookie looks like that';
  if (count === 2) return 'has two parts of three: its signature is missing, or was cut off';
  return `has ${count > 5 ? 'more than five' : count} parts and not three: something was copied along`;
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
      : { name, problem: 'is JSON, but no object' };
  } catch {
    return { name, problem: json.startsWith('\uFEFF') ? 'begins with a byte order mark' : 'is not JSON' };
  }
}

function problemOfBase64url(text: string): string | undefined {
  if (text === '') return 'is empty';
  const index = text.search(/[^A-Za-z0-9_-]/);
  if (index >= 0) return describeCharacter(text.charAt(index), index + 1);
  if (text.length % 4 === 1) return `is cut off: no base64url has ${text.length} characters`;
  // RFC 4648 3.5.
  if (Buffer.from(text, 'base64url').toString('base64url') !== text) {
    return 'ends in bits that no byte uses: its last character was altered, or some are missing';
  }
  return undefined;
}

function describeCharacter(character: string, position: number): string {
  const where = `at character ${position}`;
  if (/\s/.test(character)) return `has white space ${where}: it was copied over several lines, or with something else`;
  if (character === '=') return `has padding (=) ${where}, which base64url in tokens has not`;
  if (character === '+' || character === '/') return `is base64 and not base64url: "${character}" ${where}`;
  if (character === '%') return `is encoded as in a URL: "%" ${where}`;
  if (character === '…') return `was shortened by whoever showed it: "…" ${where}`;
  return `has a character ${where} that base64url has not`;
}
