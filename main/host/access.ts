/**
 * Who may talk to the host. Any page in any browser on this computer can send requests to a port of 127.0.0.1, so
 * the token in the printed address opens the door once and a cookie, which other sites can neither read nor send,
 * keeps it open; Host and Origin are checked against DNS rebinding and requests from foreign pages.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { parse as parseQuery } from 'node:querystring';

export interface AccessRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** `enter` sets the cookie and sends the browser to the address without the token. */
export type Verdict =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'enter'; readonly cookie: string; readonly location: string }
  | { readonly kind: 'refused'; readonly reason: string };

export interface Access {
  /** Judges a request; `isSocket` asks for an Origin even though the method is GET. */
  judge(request: AccessRequest, isSocket?: boolean): Verdict;
}

const refused = (reason: string): Verdict => ({ kind: 'refused', reason });

/** Compares without telling by its duration how much was right. */
function isEqual(given: string, secret: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(secret);
  return a.length === b.length && timingSafeEqual(a, b);
}

export const newToken = (): string => randomBytes(24).toString('base64url');

/** @param token the secret of the printed address */
export function createAccess(token: string, port: number): Access {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const origins = hosts.map((host) => `http://${host}`);
  // Cookies do not know ports: the name keeps two studios on one computer apart.
  const cookieName = `cauchy_${port}`;
  const session = newToken();

  function hasCookie(header: string | string[] | undefined): boolean {
    return String(header ?? '')
      .split(';')
      .map((pair) => pair.trim().split('='))
      .some(([name, value]) => name === cookieName && value !== undefined && isEqual(value, session));
  }

  return {
    judge({ method, url, headers }, isSocket = false) {
      if (!hosts.includes(String(headers['host'] ?? '').toLowerCase())) return refused('it names another host');
      const origin = headers['origin'];
      const isWrite = method !== 'GET' && method !== 'HEAD';
      if ((origin !== undefined || isWrite || isSocket) && !origins.includes(String(origin))) {
        return refused('it comes from another page');
      }
      const query = url.split('?')[1];
      const given = query === undefined ? undefined : parseQuery(query)['token'];
      if (typeof given === 'string' && !isWrite && !isSocket) {
        if (!isEqual(given, token)) return refused('its token is not the one of this studio');
        const cookie = `${cookieName}=${session}; Path=/; HttpOnly; SameSite=Strict`;
        return { kind: 'enter', cookie, location: '/' };
      }
      return hasCookie(headers['cookie']) ? { kind: 'allowed' } : refused('it does not carry the token of this studio');
    },
  };
}

/** Headers of every answer. Scripts and styles come from files of the studio only. */
export function securityHeaders(port: number): Readonly<Record<string, string>> {
  const sockets = `ws://127.0.0.1:${port} ws://localhost:${port}`;
  return {
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' blob: data:",
      "font-src 'self'",
      `connect-src 'self' ${sockets}`,
      "worker-src 'self'",
      "manifest-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
}
