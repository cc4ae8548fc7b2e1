// The file, its name and the answers are held by this page alone: every screen is asked for with all of them.
"use strict";
(() => {
  const held = { name: "", bytes: null, answers: {}, lang: document.documentElement.lang };
  const main = document.getElementById("screen");
  const working = document.getElementById("working");
  const messages = document.querySelectorAll("body > .trouble");
  const last = {}; // the latest question of each kind: an older one is given up, and its answer is not shown
  let waiting = 0;

  // ---- the two ways in which a question goes out: to a worker of this page, or to the server that it came from
  const open = new Map();
  const byWorker = (question) => new Promise((done, failed) => {
    const id = crypto.randomUUID ? crypto.randomUUID() : String(Math.random());
    open.set(id, { done, failed });
    window.worker.postMessage({ id, ...question });
  });
  const listen = () => window.worker.addEventListener("message", ({ data }) => {
    const one = open.get(data.id);
    if (!one) return;
    open.delete(data.id);
    if (data.error) one.failed(new Error(data.error)); else one.done(data);
  });
  const byServer = async ({ want, which, name, bytes, answers, lang }, signal) => {
    const form = new FormData();
    form.append("lang", lang);
    form.append("answers", JSON.stringify(answers));
    if (bytes) form.append("file", new File([bytes], name));
    const path = want === "screen" ? "screen" : `${want}/${encodeURIComponent(which)}`;
    const headers = { "X-Tradeanalysis": "1", "Accept-Language": lang };
    const answer = await fetch(path, { method: "POST", body: form, headers, signal });
    if (!answer.ok && answer.headers.get("X-Tradeanalysis") !== "screen") throw new Error(String(answer.status));
    const named = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") || "");
    if (!named) return { html: await answer.text() };
    return { name: decodeURIComponent(named[1]), bytes: await answer.arrayBuffer() };
  };
  const warn = (id, name = "") => {
    for (const one of messages) one.hidden = one.id !== id;
    if (id === null) return;
    const message = document.getElementById(id), place = message.querySelector("bdi");
    if (place) place.textContent = name;
    message.scrollIntoView({ block: "nearest" });
  };
  const anew = (kind) => {
    if (last[kind]) last[kind].abort();
    return (last[kind] = new AbortController());
  };
  const ask = async (want, which = "") => {
    const answers = { ...held.answers, width: matchMedia("(max-width: 48rem)").matches ? "slim" : "broad" };
    const question = { want, which, name: held.name, bytes: held.bytes, answers, lang: held.lang };
    const { signal } = anew(`${want} ${which}`);
    const slow = setTimeout(() => { working.hidden = false; }, 300);
    waiting += 1;
    main.setAttribute("aria-busy", "true");
    warn(null);
    try {
      const found = await (window.worker ? byWorker : byServer)(question, signal);
      return signal.aborted ? null : found;
    } catch (error) {
      if (!signal.aborted) warn("trouble");
      return null;
    } finally {
      clearTimeout(slow);
      waiting -= 1;
      if (!waiting) { working.hidden = true; main.removeAttribute("aria-busy"); }
    }
  };

  // ---- what is shown
  const show = async () => {
    // A part of the screen before has no place on this one.
    for (const kind of Object.keys(last)) if (kind.startsWith("part ")) anew(kind);
    const found = await ask("screen");
    if (!found) return;
    main.innerHTML = found.html;
    const head = main.querySelector("h1");
    document.documentElement.lang = held.lang;
    for (const one of document.querySelectorAll("[data-lang]")) one.setAttribute("aria-pressed", String(one.dataset.lang === held.lang));
    document.title = head ? head.textContent : document.title;
    (head || main).focus({ preventScroll: true });
    window.scrollTo(0, 0);
  };
  const part = async (which) => {
    const found = await ask("part", which);
    const place = document.getElementById(which);
    if (found && place) place.innerHTML = found.html;
  };
  const save = async (which) => {
    const found = await ask("download", which);
    if (!found) return;
    if (found.html !== undefined) { main.innerHTML = found.html; (main.querySelector("h1") || main).focus(); return; }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([found.bytes]));
    link.download = found.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  // ---- what a person does
  const merge = (more) => { Object.assign(held.answers, more); };
  const forget = (keys) => {
    for (const key of keys.split(" ").filter(Boolean)) {
      for (const one of Object.keys(held.answers)) if (one === key || one.startsWith(`${key}.`)) delete held.answers[one];
    }
  };
  const named = (form) => Object.fromEntries(new FormData(form));
  let chosen = null; // the file that was chosen last: one that is read later than another does not take its place
  const take = async (file) => {
    if (!file) return;
    chosen = file;
    let bytes = null;
    try { bytes = await file.arrayBuffer(); } catch (error) { /* a folder, or a file that is gone: said below */ }
    if (chosen !== file) return;
    if (!bytes) { warn("file_unread", file.name); return; }
    forget("seen view year economy market rate header_rows");
    Object.assign(held, { name: file.name, bytes });
    show();
  };
  const isText = (value) => typeof value === "string";
  const saved = async (file) => {
    let found = null;
    try { found = JSON.parse(await file.text()).answers; } catch (error) { return null; }
    if (typeof found !== "object" || found === null || Array.isArray(found)) return null;
    return Object.values(found).every((one) => isText(one) || (Array.isArray(one) && one.every(isText))) ? found : null;
  };
  const load = async (file) => {
    if (!file) return;
    const found = await saved(file);
    if (found) { merge(found); show(); } else warn("no_answers", file.name);
  };
  document.addEventListener("click", async (event) => {
    const one = event.target.closest("button, a");
    if (!one) return;
    const set = one.dataset;
    if (set.lang) { held.lang = set.lang; show(); }
    else if (set.set !== undefined && one.type !== "submit") { merge(JSON.parse(set.set)); show(); }
    else if (set.unset !== undefined) { forget(set.unset); show(); }
    else if (set.download) save(set.download);
    else if (set.restart !== undefined) { chosen = null; Object.assign(held, { name: "", bytes: null, answers: {} }); show(); }
    else if (set.sample !== undefined) {
      const found = await ask("download", "sample");
      if (found && found.bytes) take(new File([found.bytes], found.name));
    }
  });
  document.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    merge(named(form));
    if (form.dataset.part) { part(form.dataset.part); return; }
    if (form.dataset.set) merge(JSON.parse(form.dataset.set));
    show();
  });
  let timer = 0;
  document.addEventListener("input", (event) => {
    const one = event.target, form = one.form;
    if (one.type === "range") { const output = form.querySelector(`output[for="${one.id}"]`); if (output) output.textContent = `${one.value}%`; }
    if (!form || !form.dataset.part) return;
    merge(named(form));
    clearTimeout(timer);
    timer = setTimeout(() => part(form.dataset.part), 60);
  });
  document.addEventListener("change", (event) => {
    const one = event.target;
    if (one.type === "file") {
      if (one.dataset.answers !== undefined) load(one.files[0]); else take(one.files[0]);
      one.value = "";
    } else if (one.dataset.now !== undefined) {
      forget(one.dataset.forget || "");
      merge({ [one.name]: one.value });
      show();
    }
  });
  document.addEventListener("dragover", (event) => { event.preventDefault(); });
  document.addEventListener("dragenter", () => document.body.classList.add("dragged"));
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dragged"); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dragged");
    if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
  });
  if (window.worker) listen();
})();
