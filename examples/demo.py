"""The whole main job once: start the service, send it the example file, analyse it, stop it.

`make demo` runs this. It needs what the service needs and nothing else, and leaves nothing running.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self

FILE = Path(__file__).resolve().parent / "wai36_simulated_patients.csv"
INSTRUMENT = "wai-36-client"
ALLIANCE = Path(sys.executable).parent / "alliance"
START_SECONDS = 30
WAIT_SECONDS = 120


class Service:
    """A service of our own on a free port, with a key of its own."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = run("keys", "create", "--tenant", "demo")
        self.process = subprocess.Popen(
            [ALLIANCE, "serve", "--port", str(self.port), "--workers", "1"],
            env={**os.environ, "ALLIANCE_LOG_LEVEL": "warning"},
        )

    def __enter__(self) -> Self:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.call("GET", "/readyz")
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    sys.exit("The service did not start; what it said stands above.")
                time.sleep(0.1)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        media_type: str = "application/json",
    ) -> Any:
        """Send a request with the key and return the answer's JSON."""
        request = urllib.request.Request(
            self.url + path,
            data=body,
            method=method,
            headers={
                "Authorization": f"Bearer {self.key}",
                "Content-Type": media_type,
                "Prefer": f"wait={WAIT_SECONDS}",
            },
        )
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS + 30) as answer:
            return json.load(answer)

    def post(self, path: str, document: dict[str, Any]) -> Any:
        """Send a JSON document."""
        return self.call("POST", path, json.dumps(document).encode())

    def analyse(self, kind: str, sample: str, **options: object) -> dict[str, Any]:
        """Run an analysis and return it when it has ended."""
        begun = time.monotonic()
        analysis = self.post(
            "/v1/analyses", {"kind": kind, "samples": [sample], "options": options}
        )
        while analysis["status"] in {"queued", "running"}:
            show_progress(kind, analysis["progress"])
            time.sleep(0.2)
            analysis = self.call("GET", f"/v1/analyses/{analysis['id']}")
        if analysis["status"] != "succeeded":
            sys.exit(f"The analysis {kind!r} did not succeed: {analysis['error']}")
        print(f"  {kind:<12} {time.monotonic() - begun:5.1f} s")
        return dict(analysis)


def free_port() -> int:
    """Find a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*arguments: str) -> str:
    """Run the alliance command and return what it prints."""
    done = subprocess.run([ALLIANCE, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"`alliance {' '.join(arguments)}` failed: {done.stderr.strip()}")
    return done.stdout.strip()


def show_progress(kind: str, progress: dict[str, Any]) -> None:
    """Say on a terminal how far an analysis is."""
    if sys.stderr.isatty():
        done, total = progress["done"], max(progress["total"], 1)
        sys.stderr.write(f"\r  {kind:<12} {done}/{total} {progress['stage']:<30}\r")


def print_reliability(result: dict[str, Any]) -> None:
    """Print one line for each scale."""
    print(f"\nReliability (complete forms: {result['n_persons']})")
    print("  scale    alpha   95% interval")
    for name, scale in result["scales"].items():
        alpha, interval = scale["alpha"]["estimate"], scale["alpha"]["interval"]
        print(f"  {name:<8} {alpha:.3f}   {interval['lower']:.3f} to {interval['upper']:.3f}")


def print_rivals(result: dict[str, Any]) -> None:
    """Print one line for each model, and the doubts."""
    print(f"\nStructure (estimator {result['estimator']})")
    print("  model           chi-square    df   CFI    RMSEA  SRMR")
    for model in result["models"]:
        print(
            f"  {model['model']:<14} {model['chi_square']:11.2f} {model['df']:5d}"
            f"   {model['cfi']:.3f}  {model['rmsea']:.3f}  {model['srmr']:.3f}"
            f"{'' if model['proper'] else '   improper'}"
        )
        for caution in model["cautions"]:
            print(f"      caution: {caution}")


def main() -> None:
    """Do the whole job and say what came out."""
    print("Starting the service on its embedded database …")
    with Service() as service:
        sample = service.post(
            "/v1/samples",
            {"name": "277 simulated forms", "instrument": INSTRUMENT, "setting": "psychotherapy"},
        )
        path = f"/v1/samples/{sample['id']}"
        batch = service.call("POST", f"{path}/batches", FILE.read_bytes(), "text/csv")
        print(f"{batch['accepted']} simulated forms were scored and kept as one batch.")
        totals = [result["scores"]["total"] for result in batch["results"]]
        print(
            f"Total scores run from {min(totals):.0f} to {max(totals):.0f} (possible: 36 to 252)."
        )
        print("Analyses:")
        items = service.analyse("items", sample["id"])
        reliability = service.analyse("reliability", sample["id"])
        cfa = service.analyse(
            "cfa", sample["id"], models=["one-factor", "three-factor"], estimator="ML"
        )
    print_reliability(reliability["result"])
    print_rivals(cfa["result"])
    suspects = [suspect["item"] for suspect in items["result"]["key_check"]["suspects"]]
    print(f"\nKey check: items that look wrongly keyed: {suspects or 'none'}.")
    address = "http://127.0.0.1:8000"
    print("\nThe service is stopped. `make run` starts it again with these results; then look at")
    print(f"  {address}/docs   (the API, in a browser)")
    print(f"  KEY={service.key}   (the demonstration's own key)")
    for found in (items, reliability, cfa):
        print(f'  curl -H "Authorization: Bearer $KEY" {address}/v1/analyses/{found["id"]}')


if __name__ == "__main__":
    try:
        main()
    except urllib.error.HTTPError as error:
        sys.exit(f"The service refused a request: {error.read().decode()}")
