const longestText = 200;

// Control, format and separator characters, which can forge lines or reverse text, and halves of surrogate pairs.
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * Makes text from a request safe to show: shortens tokens and secrets to their prefix, and the text to 200 characters, and
 * replaces characters that cannot be printed.
 */
export function redact(text: string): string {
  const clean = text.replace(/(eyJ|sk_)[\w.-]*|(whsec_)[\w+/=]*/g, '$1$2…').replace(unprintable, '?');
  return clean.length <= longestText ? clean : `${clean.slice(0, longestText)}…`;
}
