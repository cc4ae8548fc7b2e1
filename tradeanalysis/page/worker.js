// Python in this browser: the files come from the page as texts, the questions are those that a server would get.
// Nothing is fetched: what Pyodide wants to fetch is looked up among the files.
"use strict";
const PLACE = "http://tep.invalid/"; // an address that leads nowhere
const PYTHON = "from tradeanalysis.page.in_browser import answer; answer";
// Imported behind the first screens, one after the other, so that a question in between waits for one of them only.
const BEHIND = ["matplotlib.font_manager", "matplotlib.figure", "matplotlib.backends.backend_svg", "scipy.sparse", "scipy.optimize"];

const files = new Map();
const file = (name) => {
  if (!files.has(name)) {
    const one = {};
    one.there = new Promise((done) => { one.done = (bytes) => { one.bytes = bytes; done(bytes); }; });
    files.set(name, one);
  }
  return files.get(name);
};
const decoded = (base64) => {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
};
const received = async ({ file: name, base64, gzipped }) => {
  const bytes = decoded(base64);
  const plain = gzipped ? new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")) : null;
  file(name).done(plain ? new Uint8Array(await new Response(plain).arrayBuffer()) : bytes);
};

const called = (address) => String(address).split("/").pop();
const run = self.importScripts.bind(self);
self.importScripts = (...addresses) => {
  for (const one of addresses) run(URL.createObjectURL(new Blob([file(called(one)).bytes], { type: "text/javascript" })));
};
self.fetch = async (address) => {
  const name = called(address), kind = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
  return new Response(await file(name).there, { headers: { "Content-Type": kind } });
};

const started = async () => {
  await Promise.all([file("pyodide.js").there, file("pyodide.asm.js").there]);
  self.importScripts("pyodide.js");
  const quiet = () => {};
  const python = await loadPyodide({ indexURL: PLACE, env: { MPLBACKEND: "agg" }, stdout: quiet, stderr: quiet });
  const lock = JSON.parse(new TextDecoder().decode(await file("pyodide-lock.json").there));
  const load = async (names) => {
    await python.loadPackage(names, { messageCallback: quiet, errorCallback: (text) => { throw new Error(text); } });
    for (const name of names) files.delete(lock.packages[name].file_name);
  };
  const names = Object.keys(lock.packages);
  await load(names.filter((name) => lock.packages[name].first));
  const answer = python.runPython(PYTHON);
  self.postMessage({ ready: "first" });
  return { python, answer, rest: () => load(names.filter((name) => !lock.packages[name].first)) };
};

let rest = null; // the packages behind the first screens, once they are being loaded
const answered = async ({ answer, python, rest: more }, { want, which, name, bytes, answers, lang }) => {
  const asked = () => answer(want, which, name, bytes ? new Uint8Array(bytes) : null, JSON.stringify(answers), lang);
  let found;
  try {
    found = asked();
  } catch (error) {
    if (error.type !== "ModuleNotFoundError") throw error;
    rest = rest || more();
    await rest; // what was not loaded yet was missing
    found = asked();
  }
  if (want !== "download") return { html: found };
  const [named, content] = found.toJs();
  found.destroy();
  return named ? { name: named, bytes: content } : { html: new TextDecoder().decode(content) };
};

const latest = new Map(); // of each kind of question, the one that came last: older ones need no answer
const start = started();
let turn = start;
self.onmessage = ({ data }) => {
  if (data.file) { received(data).catch(() => self.postMessage({ failed: true })); return; }
  const kind = `${data.want} ${data.which}`;
  latest.set(kind, data.id);
  turn = turn.catch(() => {}).then(async () => {
    if (latest.get(kind) !== data.id) { self.postMessage({ id: data.id, html: "" }); return; }
    try {
      self.postMessage({ id: data.id, ...(await answered(await start, data)) });
    } catch (error) {
      self.postMessage({ id: data.id, error: String(error.message || error) });
    }
  });
};
start.then(async ({ python, rest: more }) => {
  const breath = () => new Promise((done) => { setTimeout(done, 0); });
  await breath();
  rest = rest || more();
  await rest;
  for (const name of BEHIND) {
    await breath();
    python.runPython(`import ${name}`);
  }
  self.postMessage({ ready: "all" });
}).catch(() => self.postMessage({ failed: true }));
