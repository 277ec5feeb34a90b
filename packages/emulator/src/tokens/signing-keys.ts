import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { EnvironmentScope } from '../database/scope.ts';
import { transact } from '../database/transaction.ts';
import { EmulatorError } from '../errors.ts';

/** A key pair that signs tokens: the private half, and the public half as the key set shows it. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** The signing keys of one environment, oldest first. A withdrawn key leaves the key set, but can still sign for a test. */
export class SigningKeys {
  readonly #scope: EnvironmentScope;
  readonly #keys: SigningKey[] = [];
  readonly #withdrawn = new Set<string>();
  #stranger: Promise<CryptoKey> | undefined;

  private constructor(scope: EnvironmentScope) {
    this.#scope = scope;
  }

  /** The keys that the database holds, or a first one. */
  static async load(scope: EnvironmentScope): Promise<SigningKeys> {
    const keys = new SigningKeys(scope);
    const rows = scope.database
      .prepare('SELECT kid, private_jwk, withdrawn_at FROM signing_keys WHERE environment_id = ? ORDER BY position')
      .all(scope.environmentId);
    for (const row of rows) {
      const key = await signingKeyFrom(String(row['kid']), JSON.parse(String(row['private_jwk'])));
      keys.#keys.push(key);
      if (row['withdrawn_at'] !== null) keys.#withdrawn.add(key.kid);
    }
    if (keys.#keys.length === 0) await keys.rotate();
    return keys;
  }

  /** The key that signs: always the newest. */
  get current(): SigningKey {
    const newest = this.#keys.at(-1);
    if (newest === undefined) throw new Error('An environment has at least one signing key.');
    return newest;
  }

  /** The keys in the key set, newest first. */
  get published(): readonly SigningKey[] {
    return this.#keys.filter(({ kid }) => !this.#withdrawn.has(kid)).reverse();
  }

  /** A key by its id, withdrawn ones included. */
  find(kid: string): SigningKey {
    const key = this.#keys.find((candidate) => candidate.kid === kid);
    if (key === undefined) throw new EmulatorError('key_unknown', 'This emulator has had no signing key of that kid.');
    return key;
  }

  /** Adds a key, which signs from now on. The earlier ones stay in the key set. */
  async rotate(): Promise<SigningKey> {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(privateKey);
    const key = await signingKeyFrom(await calculateJwkThumbprint(jwk), jwk);
    this.#scope.database
      .prepare('INSERT INTO signing_keys (kid, environment_id, private_jwk) VALUES (?, ?, ?)')
      .run(key.kid, this.#scope.environmentId, JSON.stringify(jwk));
    this.#keys.push(key);
    return key;
  }

  /** Takes keys out of the key set. The current one stays: an issuer never signs with a key that nobody can look up. */
  withdraw(kids: readonly string[]): void {
    for (const kid of kids) {
      if (this.find(kid) === this.current) {
        throw new EmulatorError(
          'option_invalid',
          'The current signing key cannot be withdrawn: call rotateKeys() first.',
        );
      }
    }
    const { database, clock } = this.#scope;
    const update = database.prepare('UPDATE signing_keys SET withdrawn_at = ? WHERE kid = ? AND withdrawn_at IS NULL');
    transact(database, () => {
      for (const kid of kids) update.run(clock.now().toISOString(), kid);
    });
    for (const kid of kids) this.#withdrawn.add(kid);
  }

  /** A key that nobody has published, for tokens that claim to be ours and are not. */
  stranger(): Promise<CryptoKey> {
    this.#stranger ??= generateKeyPair('ES256').then(({ privateKey }) => privateKey);
    return this.#stranger;
  }
}

async function signingKeyFrom(kid: string, jwk: JWK): Promise<SigningKey> {
  const { kty, crv, x, y } = jwk;
  if (kty !== 'EC' || crv === undefined || x === undefined || y === undefined) {
    throw new EmulatorError('database_unusable', 'The database holds a signing key that is not an EC key.');
  }
  const privateKey = await importJWK(jwk, 'ES256');
  if (privateKey instanceof Uint8Array) throw new Error('An EC key is imported as a CryptoKey.');
  // The public members by name, so that the private one cannot slip into the key set.
  return { kid, privateKey, publicJwk: { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' } };
}
