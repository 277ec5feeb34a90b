import type { Fetch } from '@torii/core';
import {
  assertOption,
  loggableCause,
  pause,
  platformFetch,
  raceDeadline,
  readConnectionFailure,
  steadyMs,
} from '@torii/core/internal';
import { ToriiStreamError } from '../errors.ts';
import { findPublicPem } from './pem.ts';
import { type PublicKey, readPublicKey } from './rsa-key.ts';

export const probeTimeoutMs = 2_000;

const maxBytes = 16_384;

export const maxPropagationMs = 5_000;
const pauseMs = 200;

export interface Gateway {
  readonly pubkeyUrl: string;
  readonly fetch: Fetch | undefined;
}

export function readGateway(gatewayUrl: unknown, fetch: Fetch | undefined): Gateway {
  const example = "write gatewayUrl: 'https://cable.example.com'";
  assertOption('gatewayUrl', gatewayUrl !== undefined && gatewayUrl !== '', `is undefined or empty: ${example}`);
  const isUrl = typeof gatewayUrl === 'string' && /^https?:\/\//.test(gatewayUrl) && URL.canParse(gatewayUrl);
  assertOption('gatewayUrl', isUrl, `is not an http or https URL: ${example}`);
  const { href, origin, pathname } = new URL(gatewayUrl);
  assertOption('gatewayUrl', href === origin + pathname, 'must not have a user name, a query or a fragment');
  assertOption('gatewayUrl', !/\/pubkey\/*$/.test(pathname), 'must not end with /pubkey, which is added to it');
  return { pubkeyUrl: `${href.replace(/\/+$/, '')}/pubkey`, fetch };
}

export async function fetchServedKey({ pubkeyUrl, fetch = platformFetch }: Gateway): Promise<PublicKey | null> {
  const abort = new AbortController();
  try {
    const text = await raceDeadline(readAnswer(fetch, pubkeyUrl, abort.signal), probeTimeoutMs, () => {
      abort.abort();
      throw unavailable(`did not answer within ${probeTimeoutMs / 1000} s`);
    });
    return text === null ? null : keyFrom(text);
  } catch (cause) {
    throw cause instanceof ToriiStreamError ? cause : unavailable('cannot be reached', loggableCause(cause));
  }
}

export interface ServedAnswer {
  readonly isServed: boolean;
  readonly keyId: string | null;
  readonly problem?: string;
  /** What caused the problem, such as a refused connection. For logs. */
  readonly cause?: unknown;
}

export async function waitUntilServed(gateway: Gateway, keyId: string, limitMs: number): Promise<ServedAnswer> {
  const deadline = steadyMs() + limitMs;
  for (let pauses = 0; ; pauses++) {
    // Compare the start of the request: if the process was stopped during a request, that request must not be the last.
    const askedAt = steadyMs();
    const answer = await askFor(gateway, keyId);
    const isPermanent = readConnectionFailure(answer.cause).remedy !== undefined;
    // Also count the pauses: the clock of a test may stand still.
    const isOver = askedAt + pauseMs >= deadline || pauses * pauseMs >= limitMs;
    if (answer.isServed || isPermanent || isOver) return answer;
    await pause(pauseMs);
  }
}

async function askFor(gateway: Gateway, keyId: string): Promise<ServedAnswer> {
  try {
    const served = (await fetchServedKey(gateway))?.keyId ?? null;
    return { isServed: served === keyId, keyId: served };
  } catch (error) {
    if (!(error instanceof ToriiStreamError)) throw error;
    return { isServed: false, keyId: null, problem: error.message, cause: error.cause };
  }
}

async function readAnswer(fetch: Fetch, url: string, signal: AbortSignal): Promise<string | null> {
  const response = await fetch(url, { redirect: 'manual', signal, cache: 'no-store' });
  if (response.status !== 200) {
    await response.body?.cancel();
    if (response.status === 404) return null;
    throw unavailable(`answered with status ${response.status}`);
  }
  return readText(response);
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, size] = ['', 0];
  for await (const chunk of response.body ?? []) {
    // Counts an empty chunk too: a stream of nothing else would never end, and no timer could end it.
    size += chunk.byteLength || 1_024;
    if (size > maxBytes) throw unavailable(`answered with more than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

// The gateway does not document the form of its answer, so a PEM inside other text, such as JSON, is also accepted.
function keyFrom(text: string): PublicKey | null {
  if (text.trim() === '') return null;
  try {
    return readPublicKey('pubkey', findPublicPem(text));
  } catch {
    throw unavailable('answered with something other than an RSA public key');
  }
}

function unavailable(problem: string, cause?: unknown): ToriiStreamError {
  const { remedy = 'Check gatewayUrl, and whether the gateway is running.' } = readConnectionFailure(cause);
  const message = `The gateway ${problem} (GET /pubkey). ${remedy}`;
  return new ToriiStreamError('gateway_unavailable', message, { cause });
}
