// What the page needs beside Chainlit: the step list, words for screen readers, names for nameless buttons,
// and the few helpers that the cards in elements/ share. Plain JavaScript, no requests.
(() => {
  "use strict";

  const STEPS = [
    ["goal", "Goal"],
    ["data", "Data"],
    ["cleanup", "Clean-up"],
    ["plan", "Plan"],
    ["train", "Train"],
    ["check", "Check"],
    ["use", "Use"],
  ];
  const language = navigator.language || "en";

  // Chainlit's own default can only be light or dark. Who has chosen neither gets what the system is set to.
  if (!localStorage.getItem("vite-ui-theme")) localStorage.setItem("vite-ui-theme", "system");

  // ---- helpers of the cards -------------------------------------------------------------------------------------
  const number = (value, digits = 0) =>
    new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  const percent = (value, digits = 0) =>
    new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: digits }).format(value);

  function duration(seconds) {
    if (seconds == null || !isFinite(seconds)) return "";
    const s = Math.max(0, Math.round(seconds));
    if (s < 90) return `${s} ${s === 1 ? "second" : "seconds"}`;
    if (s < 5400) return `${Math.round(s / 60)} minutes`;
    return `${number(s / 3600, 1)} hours`;
  }

  function bytes(count) {
    if (count < 1e6) return `${number(Math.max(1, Math.round(count / 1e3)))} kB`;
    return `${number(count / 1e6, count < 1e7 ? 1 : 0)} MB`;
  }

  function date(iso) {
    const at = new Date(iso);
    return isNaN(at) ? "" : at.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  }

  // A button on a card: the server knows which ones it has shown. The focus goes on to what comes of it.
  async function press(callAction, option, values = {}) {
    window.mtw.answering = true;
    const done = await callAction({ name: "press", payload: { option, values } }).catch(() => null);
    return !!done?.success;
  }

  // What a card asks of the server beside the conversation; its words where it says no.
  async function request(url, body) {
    const answer = await fetch(url, {
      method: body ? "POST" : "GET",
      credentials: "same-origin",
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body ? JSON.stringify(body) : undefined,
    });
    const given = await answer.json().catch(() => null);
    if (!answer.ok) throw new Error(given?.detail || "The server did not answer. Try again in a moment.");
    return given;
  }

  // The row of buttons under a card. Chainlit compiles each card alone and gives React to none but them, so the first
  // card that needs it hands React in.
  const actions = ({ createElement, useState }) =>
    function Actions({ options, callAction, before, after }) {
      const [pressed, setPressed] = useState([]);
      const go = async (option) => {
        setPressed((now) => [...now, option.id]);
        if (!(await press(callAction, option.id))) setPressed((now) => now.filter((id) => id !== option.id));
      };
      const one = (option) => {
        const className = `mtw-button mtw-button-${option.style}`;
        const disabled = pressed.includes(option.id);
        const attributes = { key: option.id, type: "button", className, disabled, onClick: () => go(option) };
        return createElement("button", attributes, option.label);
      };
      return createElement("div", { className: "mtw-buttons" }, before, options.map(one), after);
    };

  // A text with marked words: pieces, those with a label in its colour and with its name behind them.
  const marked = (createElement, parts) => {
    const kinds = [...new Set(parts.map((part) => part.label).filter(Boolean))].sort();
    return parts.map((part, key) => {
      if (!part.label) return createElement("span", { key }, part.text);
      const style = { "--mtw-label": `var(--mtw-label-${kinds.indexOf(part.label) % 8})` };
      const name = createElement("span", { className: "mtw-label-tag" }, part.label);
      return createElement("mark", { key, className: "mtw-label-marked", style }, part.text, " ", name);
    });
  };

  // A table that scrolls by itself, a component. The first column names the row; `text` says how many of the first
  // columns are words, the others are figures and stand to the right.
  const table = (createElement) =>
    function Table({ label, headings, rows, text = 1 }) {
      const cell = (kind, content, key, props) =>
        createElement(kind, { key, className: key < text ? undefined : "mtw-num", ...props }, content);
      const head = headings.map((heading, i) => cell("th", heading, i, { scope: "col" }));
      const body = rows.map((cells, r) =>
        createElement(
          "tr",
          { key: r },
          cells.map((content, i) => (i ? cell("td", content, i) : cell("th", content, i, { scope: "row" }))),
        ),
      );
      return createElement(
        "div",
        { className: "mtw-scroll", tabIndex: 0, role: "region", "aria-label": label },
        createElement(
          "table",
          null,
          createElement("thead", null, createElement("tr", null, head)),
          createElement("tbody", null, body),
        ),
      );
    };

  // ---- words for screen readers ---------------------------------------------------------------------------------
  const live = document.createElement("div");
  live.className = "mtw-hidden";
  live.setAttribute("role", "status");
  live.setAttribute("aria-live", "polite");

  let lastSaid = "";
  function announce(text) {
    if (!text || text === lastSaid) return;
    lastSaid = text;
    live.textContent = text;
  }

  // ---- the step list --------------------------------------------------------------------------------------------
  const bar = document.createElement("nav");
  bar.id = "mtw-steps";
  bar.setAttribute("aria-label", "Steps");
  const list = document.createElement("ol");
  const items = new Map();
  STEPS.forEach(([id, label], index) => {
    const item = document.createElement("li");
    item.dataset.step = id;
    const dot = document.createElement("span");
    dot.className = "mtw-dot";
    dot.setAttribute("aria-hidden", "true");
    dot.textContent = String(index + 1);
    const name = document.createElement("span");
    name.className = "mtw-name";
    name.textContent = label;
    const state = document.createElement("span");
    state.className = "mtw-hidden";
    item.append(dot, name, state);
    items.set(id, item);
    list.append(item);
  });
  bar.append(list);

  let stage = "";
  function setStage(next) {
    const at = STEPS.findIndex(([id]) => id === next);
    if (at < 0) return;
    STEPS.forEach(([id], index) => {
      const item = items.get(id);
      const done = index < at;
      item.classList.toggle("mtw-done", done);
      item.querySelector(".mtw-dot").textContent = done ? "✓" : String(index + 1);
      item.lastChild.textContent = done ? " (done)" : "";
      if (index === at) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    if (stage && stage !== next) announce(`Now at step ${at + 1} of ${STEPS.length}: ${STEPS[at][1]}`);
    stage = next;
    const current = items.get(next);
    list.scrollTo?.({ left: current.offsetLeft - list.clientWidth / 2 + current.clientWidth / 2 });
  }

  // ---- what the server says to the page -------------------------------------------------------------------------
  let addressed = "";
  window.addEventListener("message", (event) => {
    if (event.source !== window || event.origin !== location.origin) return;
    const data = event.data;
    if (!data || typeof data !== "object") return;
    if (data.type === "mtw:stage") setStage(data.stage);
    // A conversation has an address as soon as it exists, so that a reload comes back to it.
    if (data.type === "mtw:thread" && /^[0-9a-f-]{36}$/.test(data.id) && location.pathname === "/") {
      addressed = `/thread/${data.id}`;
      history.replaceState(history.state, "", addressed);
    }
    // The server has started anew and takes this page for a new one: come back to the conversation it shows.
    if (data.type === "mtw:new" && addressed && location.pathname === addressed) location.reload();
  });
  document.addEventListener(
    "click",
    (event) => {
      if (!event.target.closest?.("#new-chat-button") || !addressed) return;
      addressed = "";
      history.replaceState(history.state, "", "/");
    },
    true
  );

  // ---- names for Chainlit's nameless controls -------------------------------------------------------------------
  const NAMES = [
    ["#theme-toggle", "Light or dark colours"],
    ["#user-nav-button", "Account"],
    ["#sidebar-trigger-button", "Show or hide the conversations"],
    ["#new-chat-button", "New conversation"],
    ["#search-chats-button", "Search conversations"],
    ["#upload-button", "Attach a file"],
    ["#chat-submit", "Send"],
    ["#stop-button", "Stop answering"],
    ["#scroll-to-bottom", "Scroll to the newest message"],
    ["#chat-input", "Your message"],
    ["#upload-button-input", "File to upload"],
    [".positive-feedback-off, .positive-feedback-on", "Helpful"],
    [".negative-feedback-off, .negative-feedback-on", "Not helpful"],
    ["[id^='edit-icon']", "Edit"],
    ["[data-sidebar='trigger']", "Show or hide the conversations"],
    [".thread-options, [id^='thread-options']", "More about this conversation"],
  ];

  function nameControls() {
    for (const [selector, name] of NAMES) {
      for (const found of document.querySelectorAll(selector)) {
        if (!found.getAttribute("aria-label")) found.setAttribute("aria-label", name);
      }
    }
    for (const button of document.querySelectorAll("#root button:not([aria-label])")) {
      if (button.textContent.trim() || button.getAttribute("aria-labelledby") || button.title) continue;
      button.setAttribute("aria-label", guess(button));
    }
    // Controls that Chainlit draws as plain boxes, and lists that hold something else than items.
    for (const box of document.querySelectorAll("div#thread-options:not([role])")) box.setAttribute("role", "button");
    for (const list of document.querySelectorAll("#root ul:not([role])")) {
      if ([...list.children].some((child) => child.tagName !== "LI")) list.setAttribute("role", "presentation");
    }
    // An uploaded file has been taken in: its copy beside the message leads nowhere, and no words were said with it.
    for (const link of document.querySelectorAll("a.inline-file[href]")) link.removeAttribute("href");
    for (const bubble of document.querySelectorAll("[data-step-type=user_message] .bg-accent")) {
      if (!bubble.textContent.trim()) bubble.style.display = "none";
    }
    const input = document.getElementById("chat-input");
    if (input && !input.getAttribute("role")) {
      input.setAttribute("role", "textbox");
      input.setAttribute("aria-multiline", "true");
    }
    for (const image of document.querySelectorAll("#root img:not([alt])")) image.alt = "";
  }

  const ICONS = {
    copy: "Copy",
    sun: "Light or dark colours",
    moon: "Light or dark colours",
    user: "Account",
    x: "Close",
    ellipsis: "More",
    search: "Search",
    "arrow-down": "Scroll to the newest message",
    "sidebar-simple": "Show or hide the conversations",
  };

  function guess(button) {
    const icon = button.querySelector("svg")?.getAttribute("class") || "";
    const found = Object.keys(ICONS).find((name) => icon.includes(`lucide-${name}`));
    return found ? ICONS[found] : "Button";
  }

  // ---- start ----------------------------------------------------------------------------------------------------
  function start() {
    document.documentElement.lang = "en";
    document.body.prepend(bar);
    document.body.append(live);
    setStage("goal");
    let waiting = false;
    const observer = new MutationObserver(() => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        nameControls();
      });
    });
    observer.observe(document.body, { childList: true, subtree: true });
    nameControls();
  }

  window.mtw = { number, percent, duration, bytes, date, announce, setStage, press, request, actions, marked, table, components: {} };
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
