import { ToriiError } from './errors.ts';
import { SharedMap } from './registry.ts';

/** What a refusal was about, for logs alone: it may name what was expected, which an answer must not. */
export interface RefusalDetail {
  readonly claim?: string;
  readonly expected?: readonly string[];
  /** What came instead: shortened, without control characters, and withheld where it looks like a secret. */
  readonly actual?: string;
  readonly kid?: string;
  /** What a check said of its "no". */
  readonly check?: string;
}

/** What a verifier did, and why. Never contains a token. */
export type VerifierEvent =
  | {
      readonly type: 'verified';
      readonly userId: string;
      readonly environmentId: string | null;
      readonly fromCache: boolean;
    }
  /** Let through without a token: a public path, a preflight, or nobody signed in where that is allowed. */
  | {
      readonly type: 'passed';
      readonly why: 'public_path' | 'preflight' | 'signed_out';
      /** As it came, but fit for a log: see `actual`. */
      readonly path: string | undefined;
    }
  | { readonly type: 'refused'; readonly error: ToriiError; readonly detail: RefusalDetail }
  | {
      readonly type: 'keys_fetched';
      readonly url: string;
      readonly kids: readonly string[];
      readonly durationMs: number;
    }
  /** `usable` tells whether the keys fetched before still verify. */
  | { readonly type: 'keys_failed'; readonly url: string; readonly problem: string; readonly usable: boolean }
  /** A token named a key that is not in the set, and too many such tokens came to look again for this one. */
  | { readonly type: 'key_search_limited'; readonly url: string };

export type VerifierEventListener = (event: VerifierEvent) => void;

const details: SharedMap<ToriiError, RefusalDetail> = new SharedMap('refusals');

/** Notes what an error was about beside it, since whatever is in the error may be answered. */
export function withDetail<E extends ToriiError>(
  error: E,
  detail: Omit<RefusalDetail, 'actual'> & { readonly actual?: unknown },
): E {
  const { actual, kid, check, ...rest } = detail;
  details.set(error, {
    ...rest,
    ...(actual !== undefined && { actual: loggable(actual) }),
    ...(kid !== undefined && { kid: loggable(kid) }),
    ...(check !== undefined && { check: loggable(check) }),
  });
  return error;
}

/** Does the work, and tells of the refusal that it ends in. An error that is not ours is nobody's refusal. */
export async function tellingRefusals<T>(emit: VerifierEventListener, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ToriiError) emit({ type: 'refused', error, detail: detailOf(error) });
    throw error;
  }
}

function detailOf(error: ToriiError): RefusalDetail {
  const detail = details.get(error);
  return typeof detail === 'object' && detail !== null ? detail : {};
}

// A token by its beginning, `{"` in base64url, or by its three parts; a secret key; a webhook's secret.
// The look behind lets a run of letters be read once and not from each of its letters on.
const secret = /eyJ|(?<![\w-])[\w-]{16,}\.[\w-]{16,}\.[\w-]{20,}|[sp]k_(?:live|test)_|whsec_/;

/** What may be told of a text that a stranger chose: it may be long, forge log lines, or be a token in a claim or a path. */
export function loggable(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  if (secret.test(text)) return '[withheld]';
  const printable = text.slice(0, 200).replace(/[^\x20-\x7E]/g, '?');
  return text.length > 200 ? `${printable}…` : printable;
}
