/** How a client says who it is: an API key, or a signed assertion (`private_key_jwt`). */

/** Returns the value of `Authorization`; `renew` asks for another than was refused. */
export type Auth = (renew: boolean) => Promise<string>;

export function apiKey(key: string): Auth {
  return async () => `Bearer ${key}`;
}

export interface Assertion {
  /** Address of the service. */
  url: string;
  /** As the operator of the service gave it. */
  clientId: string;
  /** A private key of P-384 (`ECDSA`) or RSA (`RSASSA-PKCS1-v1_5` with SHA-384). */
  privateKey: CryptoKey;
  /** The `kid` under which the public key is registered. */
  keyId: string;
  /** Scopes to ask for, separated by spaces; all that the client has if left out. */
  scope?: string;
}

const ASSERTION_SECONDS = 240;
/** A token is renewed so long before it expires. */
const EARLIER = 30_000;

/** Get access tokens with a signed assertion, and renew them (SMART backend services). */
export function signedAssertion(settings: Assertion, send: typeof fetch = fetch): Auth {
  let endpoint: string | undefined;
  let token: string | undefined;
  let expires = 0;
  return async (renew) => {
    if (renew || token === undefined || Date.now() > expires) {
      endpoint ??= (await json(send, `${settings.url}/.well-known/smart-configuration`))["token_endpoint"] as string;
      const form = new URLSearchParams({
        grant_type: "client_credentials",
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: await assertion(settings, endpoint),
        ...(settings.scope === undefined ? {} : { scope: settings.scope }),
      });
      const answer = await json(send, endpoint, { method: "POST", body: form });
      token = answer["access_token"] as string;
      expires = Date.now() + (answer["expires_in"] as number) * 1000 - EARLIER;
    }
    return `Bearer ${token}`;
  };
}

async function json(send: typeof fetch, url: string, init?: RequestInit): Promise<Record<string, unknown>> {
  const response = await send(url, init);
  if (!response.ok) throw new Error(`No access token: ${response.status} ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

async function assertion(settings: Assertion, endpoint: string): Promise<string> {
  const elliptic = settings.privateKey.algorithm.name === "ECDSA";
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: settings.clientId,
    sub: settings.clientId,
    aud: endpoint,
    exp: now + ASSERTION_SECONDS,
    jti: crypto.randomUUID(),
  };
  const header = { alg: elliptic ? "ES384" : "RS384", kid: settings.keyId };
  const text = [header, claims].map((one) => encoded(new TextEncoder().encode(JSON.stringify(one)))).join(".");
  const algorithm = elliptic ? { name: "ECDSA", hash: "SHA-384" } : { name: "RSASSA-PKCS1-v1_5" };
  const signature = await crypto.subtle.sign(algorithm, settings.privateKey, new TextEncoder().encode(text));
  return `${text}.${encoded(new Uint8Array(signature))}`;
}

function encoded(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
