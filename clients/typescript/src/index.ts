/**
 * Talks to the Alliance service. Types and addresses come from `openapi.yaml` (`make clients`);
 * authentication, retries and waiting are written by hand.
 */

import createClient, { type Client } from "openapi-fetch";

import { apiKey, type Auth } from "./auth.ts";
import { RETRIES, retrying, sleep, type Retries } from "./retries.ts";
import type { components, paths } from "./specification.d.ts";

export { apiKey, signedAssertion, type Assertion, type Auth } from "./auth.ts";
export { RETRIES, type Retries } from "./retries.ts";
export type { components, paths } from "./specification.d.ts";

type Schemas = components["schemas"];
export type Analysis = Schemas["Analysis"];
export type NewAnalysis = Schemas["NewAnalysis"];
export type Kind = Analysis["kind"];
export type Problem = Schemas["Problem"];
export type Progress = Schemas["Progress"];
/** The analysis of one kind. */
export type AnalysisOf<K extends Kind> = Extract<Analysis, { kind: K }>;
/** An analysis of one kind that has its result. */
export type Finished<K extends Kind> = AnalysisOf<K> & { result: NonNullable<AnalysisOf<K>["result"]> };

/** The service refused a request; `problem` has a JSON pointer for each fault. */
export class RefusedError extends Error {
  readonly status: number;
  readonly problem: Problem | undefined;
  readonly requestId: string | null;

  constructor(response: Response, problem: Problem | undefined) {
    const faults = problem?.errors.map((fault) => `\n  ${fault.pointer}: ${fault.detail}`).join("") ?? "";
    super(`${response.status}: ${problem?.detail ?? response.statusText}${faults}`);
    this.name = "RefusedError";
    this.status = response.status;
    this.problem = problem;
    this.requestId = response.headers.get("X-Request-Id");
  }
}

/** An analysis failed or was cancelled. */
export class AnalysisFailedError extends Error {
  readonly analysis: Analysis;

  constructor(analysis: Analysis) {
    super(`The analysis is ${analysis.status}. ${analysis.error?.detail ?? ""}`);
    this.name = "AnalysisFailedError";
    this.analysis = analysis;
  }
}

export interface Waiting {
  /** Called whenever a step is done. */
  onProgress?: (progress: Progress) => void;
  /** Milliseconds after which waiting ends; the analysis goes on. */
  timeout?: number;
}

export interface Settings {
  /** Address of the service. */
  url: string;
  /** An API key, or `signedAssertion(…)`. */
  auth: string | Auth;
  retries?: Partial<Retries>;
  fetch?: typeof fetch;
}

export interface Alliance extends Client<paths> {
  /** Ask for an analysis, wait for its end, and return it with its result. */
  analyse<K extends Kind>(asked: Extract<NewAnalysis, { kind: K }>, waiting?: Waiting): Promise<Finished<K>>;
  /** Wait for the end of an analysis that was asked for. */
  wait(id: string, waiting?: Waiting): Promise<Analysis>;
}

const SHORTEST_LOOK = 100;
const LONGEST_LOOK = 2000;

/** Connect to the service: openapi-fetch's client, with authentication, retries and waiting. */
export function alliance(settings: Settings): Alliance {
  const auth = typeof settings.auth === "string" ? apiKey(settings.auth) : settings.auth;
  const send = retrying(settings.fetch ?? fetch, { ...RETRIES, ...settings.retries });
  const client = createClient<paths>({
    baseUrl: settings.url,
    fetch: async (request) => {
      const again = request.clone();
      request.headers.set("Authorization", await auth(false));
      const response = await send(request);
      if (response.status !== 401) return response;
      const renewed = await auth(true);
      if (renewed === request.headers.get("Authorization")) return response;
      again.headers.set("Authorization", renewed);
      return send(again);
    },
  });

  async function wait(id: string, { onProgress, timeout }: Waiting = {}): Promise<Analysis> {
    const end = timeout === undefined ? Infinity : Date.now() + timeout;
    let [seen, pause] = ["", SHORTEST_LOOK];
    for (;;) {
      const path = { analysis_id: id };
      const { data, error, response } = await client.GET("/v1/analyses/{analysis_id}", { params: { path } });
      if (data === undefined) throw new RefusedError(response, error);
      const now = JSON.stringify(data.progress);
      if (now !== seen) onProgress?.(data.progress);
      seen = now;
      if (data.status === "succeeded") return data;
      if (data.status === "failed" || data.status === "cancelled") throw new AnalysisFailedError(data);
      if (Date.now() > end) throw new Error(`The analysis ${id} is still ${data.status}.`);
      await sleep(pause);
      pause = Math.min(pause * 1.5, LONGEST_LOOK);
    }
  }

  async function analyse<K extends Kind>(
    asked: Extract<NewAnalysis, { kind: K }>,
    waiting?: Waiting,
  ): Promise<Finished<K>> {
    const params = { header: { Prefer: "wait=0" } };
    const { data, error, response } = await client.POST("/v1/analyses", { body: asked as NewAnalysis, params });
    if (data === undefined) throw new RefusedError(response, error);
    return (await wait(data.id, waiting)) as Finished<K>; // the service answers the kind that was asked for
  }

  return Object.assign(client, { wait, analyse });
}
