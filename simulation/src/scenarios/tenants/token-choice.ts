import type { Random } from '../../world/random.ts';
import type { wants } from './plan.ts';
import type { TenantServer } from './tenant-server.ts';
import {
  expiredToken,
  foreignToken,
  forgedToken,
  goodToken,
  impersonatedToken,
  keyOf,
  oddToken,
  slashToken,
  type Token,
  unknownKeyToken,
} from './tenant-tokens.ts';

export function wantedToken(
  want: Exclude<(typeof wants)[number], 'made up'>,
  { tenant, published }: TenantServer,
  random: Random,
): Token {
  const isSecond = published[random.below(published.length)] === keyOf(tenant, 1);
  const given = { tenant, key: isSecond ? 1 : 0, user: random.below(2), environment: 0 };
  switch (want) {
    case 'good':
      return goodToken(given);
    case 'other environment':
      return goodToken({ ...given, environment: 1 });
    case 'impersonated':
      return impersonatedToken(given);
    case 'slash':
      return slashToken(given);
    case 'forged':
      return forgedToken(given);
    case 'of another tenant':
      return foreignToken(given);
    case 'unknown key':
      return unknownKeyToken(given);
    case 'expired':
      return expiredToken(given);
    case 'odd issuer':
      return oddToken({ ...given, user: random.below(16) });
  }
}
