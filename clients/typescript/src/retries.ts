/** Requests that are sent again: after `Retry-After`, and only where twice is as good as once. */

export interface Retries {
  /** How often a request is sent at most. */
  attempts: number;
  /** Milliseconds before the second attempt; doubled for each further one. */
  firstPause: number;
  /** Milliseconds that are waited at most; beyond it the refusal is given to the caller. */
  longestPause: number;
}

export const RETRIES: Retries = { attempts: 5, firstPause: 500, longestPause: 60_000 };

const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);
/** Routes whose POST stores nothing. */
const STATELESS = ["/v1/score", "/fhir/QuestionnaireResponse/$extract", "/v1/files/inspect"];

/** Make a `fetch` that sends again; each POST gets an `Idempotency-Key` unless it has one. */
export function retrying(send: typeof fetch, retries: Retries): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST" && pathname.startsWith("/v1/") && !request.headers.has("Idempotency-Key")) {
      request.headers.set("Idempotency-Key", crypto.randomUUID());
    }
    const onceHoweverOften =
      IDEMPOTENT.has(request.method) || STATELESS.includes(pathname) || request.headers.has("Idempotency-Key");
    for (let attempt = 1; attempt < retries.attempts; attempt += 1) {
      let pause = retries.firstPause * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
      try {
        const response = await send(request.clone());
        if (!worthAnother(response.status, onceHoweverOften)) return response;
        pause = told(response) ?? pause;
        if (pause > retries.longestPause) return response;
        await response.body?.cancel();
      } catch (error) {
        if (!onceHoweverOften || request.signal.aborted) throw error;
      }
      await sleep(Math.min(pause, retries.longestPause));
    }
    return send(request);
  };
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function worthAnother(status: number, onceHoweverOften: boolean): boolean {
  return status === 429 || status === 503 || (onceHoweverOften && (status === 502 || status === 504));
}

function told(response: Response): number | undefined {
  const text = response.headers.get("Retry-After") ?? "";
  return /^\d+$/.test(text) ? Number(text) * 1000 : undefined;
}
