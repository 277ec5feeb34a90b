import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { EnvironmentScope } from '../database/scope.ts';
import { transact } from '../database/transaction.ts';
import { EmulatorError } from '../errors.ts';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export interface StrangerKey {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** The signing keys of one environment. A withdrawn key is not in the key set, but can still sign test tokens. */
export class SigningKeys {
  readonly #scope: EnvironmentScope;
  readonly #keys: SigningKey[] = [];
  readonly #withdrawn = new Set<string>();
  #stranger: Promise<StrangerKey> | undefined;

  private constructor(scope: EnvironmentScope) {
    this.#scope = scope;
  }

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

  get current(): SigningKey {
    const newest = this.#keys.at(-1);
    if (newest === undefined) throw new Error('The environment has no signing key.');
    return newest;
  }

  get published(): readonly SigningKey[] {
    return this.#keys.filter(({ kid }) => !this.#withdrawn.has(kid)).reverse();
  }

  find(kid: string): SigningKey {
    const key = this.#keys.find((candidate) => candidate.kid === kid);
    if (key === undefined)
      throw new EmulatorError(
        'key_unknown',
        'No signing key of this environment has this kid. See keyIds for the published ones.',
      );
    return key;
  }

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

  withdraw(kids: readonly string[]): void {
    for (const kid of kids) {
      if (this.find(kid) === this.current) {
        throw new EmulatorError(
          'option_invalid',
          'The current signing key cannot be withdrawn. Call rotateKeys() first.',
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

  /** A key pair that is never published, for tokens with a forged signature. */
  stranger(): Promise<StrangerKey> {
    this.#stranger ??= createStranger();
    return this.#stranger;
  }
}

async function createStranger(): Promise<StrangerKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { privateKey, publicJwk: await exportJWK(publicKey) };
}

async function signingKeyFrom(kid: string, jwk: JWK): Promise<SigningKey> {
  const { kty, crv, x, y } = jwk;
  if (kty !== 'EC' || crv === undefined || x === undefined || y === undefined) {
    throw new EmulatorError('database_unusable', 'The database holds a signing key that is not an EC key.');
  }
  const privateKey = await importJWK(jwk, 'ES256');
  if (ArrayBuffer.isView(privateKey)) throw new Error('The EC key was not imported as a CryptoKey.');
  // Lists the public members by name, so that the private member `d` cannot get into the key set.
  return { kid, privateKey, publicJwk: { kty, crv, x, y, kid, alg: 'ES256', use: 'sig' } };
}
