const longestText = 200;

/**
 * Makes text from a request safe to show: shortens tokens and secrets to their prefix, and the text to 200 characters.
 */
export function redact(text: string): string {
  const clean = text.replace(/(eyJ|sk_)[\w.-]*|(whsec_)[\w+/=]*/g, '$1$2…');
  return clean.length <= longestText ? clean : `${clean.slice(0, longestText)}…`;
}
