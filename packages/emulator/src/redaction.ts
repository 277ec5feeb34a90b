const longestText = 200;

/** A caller's text for logs and pages: tokens and secrets are replaced, and what is longer than 200 characters is cut. */
export function redact(text: string): string {
  const clean = text.replace(/(eyJ|sk_)[\w.-]*|(whsec_)[\w+/=]*/g, '$1$2…');
  return clean.length <= longestText ? clean : `${clean.slice(0, longestText)}…`;
}
