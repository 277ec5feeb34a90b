import { getAuth, getToken, requireAuth } from '@torii/express';
import express, { type CookieOptions } from 'express';

const issuer = process.env.TORII_ISSUER;
// Over http, as in development, browsers do not accept the prefix `__Host-` and `secure` everywhere.
const secure = process.env.NODE_ENV === 'production';
const cookie = secure ? '__Host-token' : 'token';
const attributes: CookieOptions = { httpOnly: true, secure, sameSite: 'lax', path: '/' };

const app = express();

// The page sends its token here, in the Authorization header: after the sign-in, and after each renewal.
app.put('/session', requireAuth({ issuer, exposeToken: true }), (req, res) => {
  const maxAge = getAuth(req).expiresAt * 1000 - Date.now(); // milliseconds
  res.cookie(cookie, getToken(req), { ...attributes, maxAge }).sendStatus(204);
});
// At the sign-out.
app.delete('/session', (_req, res) => void res.clearCookie(cookie, attributes).sendStatus(204));

// From here on, the token may also be in the cookie.
app.use(requireAuth({ issuer, cookie }));
app.get('/orders', (_req, res) => {
  res.set('Cache-Control', 'private, no-store').send('<form method="post"><button>Order</button></form>');
});
app.post('/orders', (_req, res) => void res.redirect(303, '/orders'));

export const server = app.listen(Number(process.env.PORT ?? 3000));
