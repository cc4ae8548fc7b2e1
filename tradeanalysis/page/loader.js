// Starts the worker that answers in place of a server, and hands it the files of this folder: a page that was opened
// from a disk may load scripts and nothing else, so each file is a script that calls take().
"use strict";
(() => {
  const { files, worker } = packed;
  window.worker = new Worker(URL.createObjectURL(new Blob([worker], { type: "text/javascript" })));
  window.worker.addEventListener("message", ({ data }) => {
    if (data.ready) document.body.dataset.ready = data.ready;
    if (data.failed) failed();
  });
  window.worker.addEventListener("error", () => failed());
  const failed = () => { document.getElementById("trouble").hidden = false; };
  window.take = (file, base64, gzipped) => window.worker.postMessage({ file, base64, gzipped });
  for (const name of files) {
    const script = document.createElement("script");
    script.async = false;
    script.src = `data/${name}.js`;
    script.onload = () => script.remove();
    script.onerror = failed;
    document.head.append(script);
  }
})();
