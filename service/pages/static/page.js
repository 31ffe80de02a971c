// The pages work without this: it follows an analysis as it goes on, takes a dropped file anywhere on
// its field, and keeps a form from being sent twice.
"use strict";

const watch = document.getElementById("watch");
if (watch) {
  const bar = watch.querySelector("progress");
  const stage = document.getElementById("stage");
  const follow = new EventSource(watch.dataset.events);
  const show = (event) => {
    const { progress } = JSON.parse(event.data);
    const words = progress.stage.replaceAll("_", " ");
    stage.textContent = words.charAt(0).toUpperCase() + words.slice(1);
    if (progress.total) {
      bar.max = progress.total;
      bar.value = progress.done;
    } else {
      bar.removeAttribute("value");
    }
  };
  follow.addEventListener("progress", show);
  for (const end of ["finished", "deleted"]) {
    follow.addEventListener(end, () => {
      follow.close();
      location.reload();
    });
  }
}

for (const field of document.querySelectorAll(".drop")) {
  const input = field.querySelector("input");
  const over = (on) => (event) => {
    event.preventDefault();
    field.classList.toggle("over", on);
  };
  field.addEventListener("dragover", over(true));
  field.addEventListener("dragleave", over(false));
  field.addEventListener("drop", (event) => {
    over(false)(event);
    input.files = event.dataTransfer.files;
  });
}

// A file is looked at without leaving the page, so that it need not be chosen again to be kept.
const bring = document.getElementById("bring");
if (bring) {
  bring.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button || !button.dataset.look) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (bring.getAttribute("aria-busy")) return;
    bring.setAttribute("aria-busy", "true");
    button.textContent = button.dataset.busy;
    try {
      const answer = await fetch(bring.action, { method: "POST", body: new FormData(bring) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const parts = ["looked", "step", "next"].map((id) => page.getElementById(id));
      if (!parts.every(Boolean)) throw new Error("another page");
      for (const part of parts) document.getElementById(part.id).replaceWith(part);
      const [looked] = parts;
      document.getElementById("mapping_file").value = ""; // it is part of what was said by now
      looked.focus();
      looked.scrollIntoView();
    } catch {
      delete button.dataset.look; // without script the same form says what went wrong
      button.click();
    } finally {
      bring.removeAttribute("aria-busy");
    }
  });
  bring.addEventListener("change", (event) => {
    const { name, id } = event.target;
    const another = ["file", "instrument"].includes(name);
    if (!another && !event.target.closest("#step") && id !== "mapping_file") return;
    if (another) document.getElementById("step").replaceChildren(); // said of another file
    const keep = bring.querySelector("[formaction]");
    if (keep) keep.remove(); // what was seen is not what is chosen now
  });
}

for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (button && button.dataset.busy) {
      button.textContent = button.dataset.busy;
      button.setAttribute("aria-busy", "true");
    }
  });
}

// A page that comes back from the browser's memory has not been sent yet.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
