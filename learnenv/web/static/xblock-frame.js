// Inside the frame of a block of others: XBlock's browser runtime (version 1) and the bridge.
// The frame has no origin of its own, so it holds no cookie and can ask the site nothing by itself.
// What it wants to ask one of its own handlers goes to the page around it as a message.
(() => {
  "use strict";

  const waiting = new Map();
  let last = 0;

  /** Ask the page around us to call a handler of this block. */
  function ask(url, method, headers, body) {
    return new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      window.parent.postMessage({ kind: "xblock:ask", id: last, url: String(url), method, headers, body }, "*");
    });
  }

  window.addEventListener("message", (event) => {
    const answer = event.data;
    if (event.source === window.parent && answer && answer.kind === "xblock:answer" && waiting.has(answer.id)) {
      waiting.get(answer.id)(answer);
      waiting.delete(answer.id);
    }
  });

  const handlers = () => [...document.querySelectorAll("[data-handlers]")].map((e) => e.dataset.handlers.replace(/HANDLER$/, ""));
  const path = (url) => new URL(url, document.baseURI).pathname;
  const isHandler = (url) => handlers().some((start) => path(url).startsWith(start));

  /** A body as something that can be sent as a message. */
  async function packed(body) {
    if (body === undefined || body === null || typeof body === "string" || body instanceof ArrayBuffer) {
      return [body ?? null, null];
    }
    const sent = new Response(body);
    return [await sent.arrayBuffer(), sent.headers.get("Content-Type")];
  }

  // What a page without an origin may not touch; blocks take it for granted.
  function memory() {
    const kept = new Map();
    return {
      getItem: (key) => kept.get(String(key)) ?? null, setItem: (key, value) => void kept.set(String(key), String(value)),
      removeItem: (key) => void kept.delete(String(key)), clear: () => kept.clear(), key: (n) => [...kept.keys()][n] ?? null,
      get length() { return kept.size; },
    };
  }
  for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, { value: memory(), configurable: true });
  }
  Object.defineProperty(document, "cookie", { get: () => "csrftoken=bridge", set: () => {}, configurable: true });

  const NativeFetch = window.fetch.bind(window);
  window.fetch = async (input, init = {}) => {
    const request = input instanceof Request ? input : null;
    const url = request ? request.url : String(input);
    if (!isHandler(url)) {
      // A header of one's own would make the browser ask first, and nobody answers that.
      const simple = Object.fromEntries([...new Headers(init.headers ?? {})].filter(([name]) => name === "accept"));
      return NativeFetch(input, { ...init, headers: simple });
    }
    const [body, type] = await packed(init.body ?? (request && request.method !== "GET" ? await request.arrayBuffer() : null));
    const headers = Object.fromEntries(new Headers(init.headers ?? request?.headers ?? {}));
    if (type && !headers["content-type"]) {
      headers["content-type"] = type;
    }
    const answer = await ask(url, (init.method ?? request?.method ?? "GET").toUpperCase(), headers, body);
    return new Response(answer.body, { status: answer.status, headers: answer.headers });
  };

  /** XMLHttpRequest on top of fetch, as far as jQuery and blocks use it. */
  class BridgeRequest extends EventTarget {
    constructor() {
      super();
      Object.assign(this, { readyState: 0, status: 0, statusText: "", responseText: "", response: "", responseType: "", responseURL: "", timeout: 0, withCredentials: false });
      this.upload = new EventTarget();
      this.sent = {};
      this.got = new Headers();
    }
    open(method, url) { this.method = method; this.url = url; this.change(1); }
    setRequestHeader(name, value) { this.sent[name.toLowerCase()] = value; }
    overrideMimeType() {}
    getResponseHeader(name) { return this.got.get(name); }
    getAllResponseHeaders() { return [...this.got].map(([name, value]) => `${name}: ${value}\r\n`).join(""); }
    abort() { this.stopped = true; this.tell("abort"); }
    change(state) { this.readyState = state; this.tell("readystatechange"); }
    tell(name) { const event = new Event(name); this.dispatchEvent(event); if (typeof this[`on${name}`] === "function") { this[`on${name}`](event); } }
    async send(body) {
      try {
        const answer = await window.fetch(this.url, { method: this.method, headers: this.sent, body: /^(GET|HEAD)$/i.test(this.method) ? undefined : body });
        if (this.stopped) { return; }
        this.status = answer.status;
        this.statusText = answer.statusText || String(answer.status);
        this.got = answer.headers;
        const data = await answer.arrayBuffer();
        this.responseText = this.responseType && this.responseType !== "text" && this.responseType !== "json" ? "" : new TextDecoder().decode(data);
        this.response = { arraybuffer: () => data, blob: () => new Blob([data]), json: () => JSON.parse(this.responseText) }[this.responseType]?.() ?? this.responseText;
        this.change(4);
        this.tell("load");
      } catch {
        this.change(4);
        this.tell("error");
      }
      this.tell("loadend");
    }
  }
  window.XMLHttpRequest = BridgeRequest;

  // --- XBlock's own runtime ------------------------------------------------------------------

  const made = new WeakMap();
  const listeners = {};
  const node = (element) => (element && element.jquery ? element[0] : element);
  const wrapper = (element) => node(element).closest("[data-handlers]");

  const runtime = {
    handlerUrl(element, name, suffix, query) {
      let url = wrapper(element).dataset.handlers.replace(/HANDLER$/, encodeURIComponent(name));
      if (suffix) { url += `/${suffix}`; }
      if (query) { url += `?${String(query).replace(/^\?/, "")}`; }
      return url;
    },
    notify(name, data) { (listeners[name] ?? []).forEach((call) => call(data)); },
    listenTo(name, call) { (listeners[name] ??= []).push(call); },
    children(element) { return below(node(element)).map((child) => made.get(child)).filter(Boolean); },
    childMap(element, name) { return runtime.children(element).find((child) => child.name === name); },
    refreshXBlock() { window.parent.postMessage({ kind: "xblock:again" }, "*"); },
  };

  /** The blocks right below this one. */
  function below(element) {
    return [...element.querySelectorAll(".xblock-v1")].filter((child) => child.parentElement.closest(".xblock-v1") === element);
  }

  function start(element) {
    if (made.has(element)) { return; }
    if (element.matches(".xblock-v1")) { below(element).forEach(start); }
    const name = element.dataset.init;
    let found = {};
    if (name) {
      const init = name.split(".").reduce((at, key) => at?.[key], window);
      const data = [...element.children].find((child) => child.matches("script.xblock-json-init-args"));
      const given = data ? JSON.parse(data.textContent) : undefined;
      const beside = element.matches(".xblock_asides-v1")
        ? [window.jQuery([...document.querySelectorAll(".xblock-v1")].find((b) => b.dataset.usage === element.dataset.block_id))]
        : [];
      try {
        if (typeof init !== "function") { throw new TypeError(`${name} is no function`); }
        found = new init(runtime, element, ...beside, given) || {};
      } catch (error) {
        console.error("xblock", name, error);  // the other blocks go on
      }
    }
    Object.assign(found, { element, name: element.dataset.name, type: element.dataset.blockType });
    made.set(element, found);
  }

  window.XBlock = {
    initializeBlock: (element) => { start(node(element)); return made.get(node(element)); },
    initializeBlocks: (element) => below(node(element)).map((child) => window.XBlock.initializeBlock(child)),
    initializeAside: (element) => window.XBlock.initializeBlock(element),
  };
  window.RuntimeProvider = { getRuntime: () => runtime };
  window.gettext ??= (text) => text;
  window.ngettext ??= (one, many, number) => (number === 1 ? one : many);
  window.interpolate ??= (text, values, named) => named
    ? text.replace(/%\((\w+)\)s/g, (_match, key) => values[key])
    : text.replace(/%s/g, () => values.shift());
  window.Logger ??= { log() {}, listen() {} };

  // Text and HTML put together as Open edX does: text is escaped, HTML is what says it is.
  class Html { constructor(text) { this.text = String(text); } toString() { return this.text; } }
  const escaped = (text) => text instanceof Html ? text.text
    : String(text).replace(/[&<>"'`]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const filled = (text, values, how) => String(text).replace(/{\s*(\w+)\s*}/g, (all, key) => key in values ? how(values[key]) : all);
  const strings = { interpolate: (text, values) => filled(text, values ?? {}, String) };
  const html = {
    HTML: (text) => new Html(text),
    ensureHtml: (text) => new Html(escaped(text)),
    joinHtml: (...parts) => new Html(parts.map(escaped).join("")),
    interpolateHtml: (text, values) => new Html(filled(escaped(text), values ?? {}, escaped)),
    setHtml: (element, text) => window.jQuery(element).html(escaped(text)),
    append: (element, text) => window.jQuery(element).append(escaped(text)),
    prepend: (element, text) => window.jQuery(element).prepend(escaped(text)),
  };
  window.StringUtils ??= strings;
  window.HtmlUtils ??= html;
  window.edx ??= { StringUtils: strings, HtmlUtils: html };

  // Bubbles of Open edX (qTip): here the browser's own, from the title.
  function bubbles(asked) {
    if (asked && typeof asked === "object") {
      const { text = "", title } = asked.content ?? {};
      const words = [title?.text ?? title ?? "", text].map((part) => window.jQuery("<div>").append(part).text().trim());
      return this.attr("title", words.filter(Boolean).join(": "));
    }
    return asked === "api" ? { elements: {} } : this;
  }

  window.addEventListener("load", () => {
    if (window.jQuery) { window.jQuery.fn.qtip ??= bubbles; }
    document.querySelectorAll(".xblock-v1, .xblock_asides-v1").forEach(start);
    const tell = () => window.parent.postMessage({ kind: "xblock:height", height: document.documentElement.scrollHeight }, "*");
    new ResizeObserver(tell).observe(document.body);
    tell();
  });
})();
