/**
 * Against a running server; `tests/clients/test_typescript.py` starts it and says in the environment
 * where it is, and gives the identifier of a finished analysis of each kind.
 */

import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { test } from "node:test";

import {
  alliance,
  AnalysisFailedError,
  RefusedError,
  signedAssertion,
  type Analysis,
  type Kind,
  type Progress,
} from "../src/index.ts";

const url = told("ALLIANCE_URL");
const key = told("ALLIANCE_KEY");
const analyses = JSON.parse(told("ALLIANCE_ANALYSES")) as Record<Kind, string>;
const service = alliance({ url, auth: key });
const FORM = { instrument: "wai-sr-client", responses: [{ id: "r1", answers: Array<number>(12).fill(4) }] };

function told(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set.`);
  return value;
}

/** A number, a name or a count that only this kind has: typed by `kind`, and there. */
function peculiar(analysis: Analysis): unknown {
  assert.notEqual(analysis.result, null);
  switch (analysis.kind) {
    case "items":
      return analysis.result?.items[0]?.item_rest_correlation;
    case "reliability":
      return analysis.result?.scales["goal"]?.alpha.estimate;
    case "dimensionality":
      return analysis.result?.kmo;
    case "efa":
      return analysis.result?.loadings?.[0]?.[0];
    case "cfa":
      return analysis.result?.models[0]?.cfi;
    case "irt":
      return analysis.result?.scales["goal"]?.items[0]?.discrimination;
    case "cutoffs":
      return analysis.result?.replicates;
    case "retest":
      return analysis.result?.scales["goal"]?.n_pairs;
    case "agreement":
      return analysis.result?.judge;
    case "invariance":
      return analysis.result?.steps[0]?.step;
    case "comparison":
      return analysis.result?.status;
    case "criterion":
      return analysis.result?.associations[0]?.pearson.estimate;
    case "trajectory":
      return analysis.result?.scales["goal"]?.shape;
    case "lagged":
      return analysis.result?.answer;
    case "responsiveness":
      return analysis.result?.scales["goal"]?.change?.mean;
    case "monitoring":
      return analysis.result?.periods[0]?.period;
    case "sufficiency":
      return analysis.result?.requirements[0]?.status;
    case "validity":
      return analysis.result?.verdict.code;
    default:
      return analysis satisfies never; // a kind that the specification has and this list has not
  }
}

for (const [kind, id] of Object.entries(analyses)) {
  test(`the result of ${kind} is typed by its kind`, async () => {
    const found = await service.wait(id);
    assert.equal(found.kind, kind);
    assert.ok(["number", "string"].includes(typeof peculiar(found)), String(peculiar(found)));
  });
}

test("answers are scored", async () => {
  const { data } = await service.POST("/v1/score", { body: FORM });
  assert.equal(data?.results[0]?.scores["total"], 48);
});

test("an analysis is awaited with its progress, and has its kind's type", async () => {
  const { data } = await service.GET("/v1/analyses/{analysis_id}", { params: { path: { analysis_id: analyses.cfa } } });
  const steps: Progress[] = [];
  const samples = data?.samples ?? [];
  const options = { models: ["three-factor" as const], estimator: "ML" as const };
  const finished = await service.analyse<"cfa">(
    { kind: "cfa", samples, options },
    { onProgress: (step) => steps.push(step) },
  );
  assert.equal(finished.result.models[0]?.loadings.length, 12);
  assert.equal(steps.at(-1)?.done, steps.at(-1)?.total);
});

test("a refusal says where", async () => {
  const samples = ["01a20925-0000-7000-8000-000000000000"];
  await assert.rejects(
    service.analyse<"items">({ kind: "items", samples }),
    (error) => error instanceof RefusedError && error.status === 404 && error.requestId !== null,
  );
  const wrong = { ...FORM, responses: [{ id: "r1", answers: Array<number>(12).fill(9) }] };
  const { error } = await service.POST("/v1/score", { body: wrong });
  assert.equal(error?.errors[0]?.pointer, "/responses/0/answers/0");
  assert.ok(!(error instanceof AnalysisFailedError));
});

test("a signed assertion gets tokens, and another when one is refused", async () => {
  const pem = createPrivateKey(told("ALLIANCE_PRIVATE_KEY"));
  const der = pem.export({ type: "pkcs8", format: "der" });
  const algorithm = { name: "ECDSA", namedCurve: "P-384" };
  const privateKey = await crypto.subtle.importKey("pkcs8", new Uint8Array(der), algorithm, false, ["sign"]);
  const clientId = told("ALLIANCE_CLIENT_ID");
  const tokens = signedAssertion({ url, clientId, privateKey, keyId: "2026-1", scope: "score" });
  const seen: string[] = [];
  const auth = async (renew: boolean) => {
    seen.push(renew ? await tokens(true) : seen.length === 0 ? "Bearer expired" : await tokens(false));
    return seen.at(-1) ?? "";
  };
  const { data } = await alliance({ url, auth }).POST("/v1/score", { body: FORM });
  assert.equal(data?.results[0]?.scores["total"], 48);
  assert.equal(await tokens(false), seen[1]);
});

test("an answer that was lost is asked for again, with the same key, and done once", async () => {
  const keys: (string | null)[] = [];
  const unsteady: typeof fetch = async (request, init) => {
    keys.push((request as Request).headers.get("Idempotency-Key"));
    const response = await fetch(request, init);
    if (keys.length > 1) return response;
    await response.body?.cancel();
    throw new TypeError("the line is cut");
  };
  const connected = alliance({ url, auth: key, fetch: unsteady, retries: { firstPause: 1 } });
  const name = `lost ${crypto.randomUUID()}`;
  const body = { name, instrument: "wai-sr-client", setting: "other" as const };
  const made = await connected.POST("/v1/samples", { body });
  assert.equal(new Set(keys).size, 1);
  assert.equal(keys.length, 2);
  const { data } = await service.GET("/v1/samples", { params: { query: { limit: 100 } } });
  const kept = data?.samples.filter((one) => one.name === name).map((one) => one.id);
  assert.deepEqual(kept, [made.data?.id]);
});

test("Retry-After is obeyed, and too long a pause is the caller's", async () => {
  let later = [new Response(null, { status: 429, headers: { "Retry-After": "0" } })];
  const unsteady: typeof fetch = async (request, init) => later.shift() ?? fetch(request, init);
  const connected = alliance({ url, auth: key, fetch: unsteady });
  assert.equal((await connected.POST("/v1/score", { body: FORM })).response.status, 200);
  later = [new Response(null, { status: 503, headers: { "Retry-After": "3600" } })];
  assert.equal((await connected.POST("/v1/score", { body: FORM })).response.status, 503);
});
