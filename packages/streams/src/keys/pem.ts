import { assertOption, cleanKeyText, readPem } from '@torii/core/internal';

export function findPublicPem(text: string): string | undefined {
  const block = /-----BEGIN (?:RSA )?PUBLIC KEY-----[^-]+-----END (?:RSA )?PUBLIC KEY-----/;
  return block.exec(cleanKeyText(text))?.[0];
}

export function readRsaPem(option: string, given: unknown, half: 'private' | 'public'): string {
  const remedy = `Pass the ${half} half of your RSA key pair as PEM`;
  assertOption(
    option,
    !isPrivateJwkOrCryptoKey(given) || half === 'private',
    `is a private key, which must not be published. ${remedy}`,
  );
  const isObject = typeof given === 'object' && given !== null;
  assertOption(option, !isObject, `is neither a PEM string nor a KeyObject. ${remedy}`);
  return readPem(option, given, half, remedy).pem;
}

function isPrivateJwkOrCryptoKey(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  return 'd' in given || 'p' in given || 'k' in given || Reflect.get(given, 'type') === 'private';
}
