// Small improvements on pages that already work without script. No inline handlers, no eval.
(() => {
  "use strict";

  const wide = window.matchMedia("(min-width: 48rem)");
  const wider = window.matchMedia("(min-width: 60rem)");

  /** Menus that are closed on a phone stand open on a wide screen. */
  function setMenus() {
    for (const menu of document.querySelectorAll("details[data-open-wide]")) {
      menu.open = (menu.matches(".app-learn__outline") ? wider : wide).matches;
    }
  }

  /** A refused form: bring the summary of errors into focus, also after htmx put it in. */
  function showErrors(root) {
    const summary = root.querySelector(".app-error-summary");
    if (summary && !summary.contains(document.activeElement)) {
      summary.focus();
    }
  }

  /** "4:05", or "1:04:05" when there is more than an hour. */
  function clock(seconds) {
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(seconds / 3600);
    const minutes = Math.floor((seconds % 3600) / 60);
    return (hours ? `${hours}:${two(minutes)}` : `${minutes}`) + `:${two(seconds % 60)}`;
  }

  /**
   * A quiz with a time limit: <span data-deadline="2027-01-31T10:00:00Z" data-minutes="minutes left">.
   * The time shown changes every second; [data-announce] speaks only at 10, 5 and 1 minutes.
   * The server decides when time is up; this only shows it.
   */
  function startTimer(element) {
    const deadline = Date.parse(element.dataset.deadline);
    if (Number.isNaN(deadline) || element.dataset.running) {
      return;
    }
    element.dataset.running = "true";
    const serverNow = Date.parse(element.dataset.now || "");
    const drift = Number.isNaN(serverNow) ? 0 : serverNow - Date.now();
    const voice = document.querySelector("[data-announce]");
    let before = Infinity;
    const timer = window.setInterval(tick, 1000);

    function tick() {
      const left = Math.max(0, Math.round((deadline - Date.now() - drift) / 1000));
      element.textContent = clock(left);
      (element.closest(".app-quiz-bar__timer") || element).toggleAttribute("data-urgent", left <= 60);
      const reached = [10, 5, 1].find((minutes) => before > minutes * 60 && left <= minutes * 60 && left > (minutes - 1) * 60);
      if (reached && voice && before !== Infinity) {
        voice.textContent = `${reached} ${element.dataset.minutes || ""}`.trim();
      }
      before = left;
      if (left === 0 || !element.isConnected) {
        window.clearInterval(timer);
      }
    }
    tick();
  }

  /** Autosave: <form data-saving="..." data-saved="..." data-failed="..."> with a [data-save-status] inside. */
  function saveStatus(event, state) {
    const source = event.target instanceof Element ? event.target.closest("[data-saved]") : null;
    const status = source && source.querySelector("[data-save-status]");
    if (status) {
      status.textContent = source.dataset[state] || "";
      status.dataset.state = state;
    }
  }

  /**
   * A form that saves by itself has one request under way, and its buttons wait for that one: what
   * was sent earlier may not arrive later and put an older answer back.
   */
  const PATIENCE = 10000; // then the line is dead, and the button does what it can
  const saving = new Set();
  const waiting = new Set();
  let sent = null;

  function beforeSave(event) {
    const form = event.target;
    if (form === sent) {
      event.preventDefault(); // it stood in the queue, and the button takes the same along
    } else if (form instanceof Element && form.matches("form[data-saved]")) {
      saving.add(form);
    }
  }

  function submitAfterSave(event) {
    const form = event.target;
    if (!saving.has(form)) {
      return;
    }
    event.preventDefault();
    if (waiting.has(form)) {
      return;
    }
    waiting.add(form);
    const go = () => {
      if (!waiting.delete(form)) {
        return;
      }
      saving.delete(form);
      sent = form;
      window.setTimeout(() => (sent = null));
      form.requestSubmit(event.submitter);
    };
    form.addEventListener("htmx:finally:request", go, { once: true });
    window.setTimeout(go, PATIENCE);
  }

  /** Load what was left for later: a picture below the screen would be missing on paper. */
  function loadPictures() {
    return [...document.querySelectorAll("img[loading=lazy]")].map((picture) => {
      picture.loading = "eager";
      return picture.decode();
    });
  }

  /** data-print prints; data-copy="text" copies, and says so with data-copied="text". */
  async function press(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-print], [data-copy]") : null;
    if (!button) {
      return;
    }
    if (button.matches("[data-print]")) {
      await Promise.allSettled(loadPictures());
      window.print();
      return;
    }
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      const status = document.getElementById(button.dataset.status || "");
      (status || button.querySelector(".nl-button__label") || button).textContent = button.dataset.copied || "✓";
    } catch {
      window.prompt(button.textContent.trim(), button.dataset.copy);
    }
  }

  // Where the focus was when htmx replaces the part of the page that holds it.
  let lost = null;

  function noteFocus(event) {
    const part = event.detail?.ctx?.target;
    const inside = part instanceof Element && part.contains(document.activeElement);
    lost = inside ? { part: part.id, href: document.activeElement.getAttribute("href") } : null;
  }

  /** The new part gets the focus: the same link, else what it has to say, else its first control. */
  function keepFocus() {
    const part = lost && document.activeElement === document.body ? document.getElementById(lost.part) : null;
    if (part) {
      const same = lost.href && part.querySelector(`a[href="${CSS.escape(lost.href)}"]`);
      const status = part.querySelector("[role=status]");
      if (status) {
        status.tabIndex = -1;
      }
      (same || status || part.querySelector("input:not([type=hidden]), select, textarea, button, a[href]"))?.focus();
    }
    lost = null;
  }

  function prepare(root) {
    showErrors(root);
    root.querySelectorAll("[data-deadline]").forEach(startTimer);
  }

  document.documentElement.classList.add("app-scripted");
  /** <datalist data-source="/names.json">: fetched when somebody first enters its field. */
  async function fillList(event) {
    const list = event.target.list;
    const source = list?.dataset.source;
    if (!source) {
      return;
    }
    delete list.dataset.source;
    try {
      const names = await (await fetch(source)).json();
      list.replaceChildren(...names.map((name) => Object.assign(document.createElement("option"), { value: name })));
    } catch {
      list.dataset.source = source;
    }
  }

  document.addEventListener("focusin", fillList);
  document.addEventListener("click", press);
  document.addEventListener("submit", submitAfterSave);
  document.addEventListener("htmx:before:request", beforeSave);
  document.addEventListener("htmx:before:request", (event) => event.defaultPrevented || saveStatus(event, "saving"));
  document.addEventListener("htmx:finally:request", (event) => saving.delete(event.target));
  document.addEventListener("htmx:after:request", (event) => {
    const response = event.detail?.ctx?.response;
    saveStatus(event, response && response.status < 400 ? "saved" : "failed");
  });
  document.addEventListener("htmx:error", (event) => saveStatus(event, "failed"));
  document.addEventListener("htmx:before:swap", noteFocus);
  document.addEventListener("htmx:after:swap", () => {
    keepFocus();
    prepare(document);
  });
  wide.addEventListener("change", setMenus);
  wider.addEventListener("change", setMenus);
  setMenus();
  prepare(document);
  if (document.querySelector("[data-print]")) {
    void Promise.allSettled(loadPictures()); // also for who prints with the keyboard
  }
})();
