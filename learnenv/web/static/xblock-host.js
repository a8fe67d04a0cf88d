// The page around the frames of blocks of others: opens them, and passes their questions on to
// their own handlers only. A frame cannot ask for anything else.
(() => {
  "use strict";

  const PATIENCE = 15000; // milliseconds
  const HIGHEST = 6000; // pixels: no block takes the page over

  function frameOf(source) {
    return [...document.querySelectorAll("iframe[data-xblock]")].find((frame) => frame.contentWindow === source);
  }

  /** Whether this frame may call this address: one of the handlers of its own blocks. */
  function own(frame, url) {
    return JSON.parse(frame.dataset.handlers).some((start) => url.pathname.startsWith(start));
  }

  async function pass(frame, asked) {
    const reply = { kind: "xblock:answer", id: asked.id, status: 0, headers: [], body: "" };
    try {
      const url = new URL(asked.url, window.location.href);
      if (url.origin !== window.location.origin || !own(frame, url)) {
        reply.status = 403;
      } else {
        const answer = await fetch(url, {
          method: "POST",
          credentials: "same-origin",
          redirect: "error",
          headers: {
            "Content-Type": String(asked.headers["content-type"] ?? "application/octet-stream"),
            "X-CSRFToken": frame.dataset.token,
            "X-Requested-With": "XMLHttpRequest",
            "X-XBlock-Method": asked.method === "GET" ? "GET" : "POST",
          },
          body: asked.body,
        });
        reply.status = answer.status;
        reply.headers = [...answer.headers].filter(([name]) => name === "content-type");
        reply.body = await answer.arrayBuffer();
      }
    } catch {
      reply.status = 502;
    }
    frame.contentWindow.postMessage(reply, "*");
  }

  window.addEventListener("message", (event) => {
    const frame = frameOf(event.source);
    const said = event.data;
    if (!frame || !said || typeof said !== "object") {
      return;
    }
    if (said.kind === "xblock:height" && Number.isFinite(said.height)) {
      frame.dataset.ready = "true";
      frame.style.blockSize = `${Math.min(HIGHEST, Math.max(40, said.height))}px`;
    } else if (said.kind === "xblock:ask" && said.headers) {
      pass(frame, said);
    } else if (said.kind === "xblock:again") {
      document.querySelector(`form[target="${CSS.escape(frame.name)}"]`)?.submit();
    }
  });

  for (const form of document.querySelectorAll("form[data-xblock-open]")) {
    const frame = document.querySelector(`iframe[name="${CSS.escape(form.target)}"]`);
    form.hidden = true;
    form.submit();
    window.setTimeout(() => {
      if (!frame.dataset.ready) {
        form.querySelector("[data-slow]").hidden = false;
        form.hidden = false;
      }
    }, PATIENCE);
  }
})();
