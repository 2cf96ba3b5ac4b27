// The support pages. All that is shown is put into the page as text, never as HTML.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.getElementById("page");

  function el(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
      else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return node;
  }

  const clock = (seconds) => {
    const whole = Math.floor(seconds);
    const two = (n) => String(n).padStart(2, "0");
    return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  };
  const when = (iso) => new Date(iso).toLocaleString();
  const words = (name) => name.replaceAll("_", " ");

  // ---- any data, readable ----
  const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

  function shown(value, depth = 0) {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(Math.round(value * 10000) / 10000);
    if (typeof value !== "object") return String(value);
    if (depth > 4) return JSON.stringify(value);
    if (Array.isArray(value)) {
      if (value.length && value.every(isRecord)) return tableOf(value, depth);
      if (value.length && value.every(Array.isArray)) {
        return el("div", { class: "wide" }, el("table", {}, ...value.slice(0, 50).map((row) =>
          el("tr", {}, ...row.map((cell) => el("td", {}, shown(cell, depth + 1)))))));
      }
      return value.map((item) => (typeof item === "object" ? JSON.stringify(item) : String(item))).join(", ");
    }
    const rows = Object.entries(value).filter(([, item]) => item !== null && item !== "" && !(Array.isArray(item) && !item.length));
    return el("table", {}, ...rows.map(([name, item]) =>
      el("tr", {}, el("th", { scope: "row" }, words(name)), el("td", {}, shown(item, depth + 1)))));
  }

  function tableOf(rows, depth) {
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) =>
      rows.some((row) => row[name] !== null && row[name] !== "" && row[name] !== undefined));
    return el("div", { class: "wide" }, el("table", {},
      el("thead", {}, el("tr", {}, ...names.map((name) => el("th", { scope: "col" }, words(name))))),
      el("tbody", {}, ...rows.slice(0, 50).map((row) =>
        el("tr", {}, ...names.map((name) => el("td", {}, shown(row[name], depth + 1))))))));
  }

  // Of the Markdown that the assistant writes, what matters for reading.
  const marked = (text) => text.split(/(\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/).map((part, number) => {
    if (number % 2 === 0) return part;
    return part.startsWith("**") ? el("strong", {}, part.slice(2, -2)) : el("em", {}, part.slice(1, -1));
  });
  const details = (title, value) => el("details", {}, el("summary", {}, title), el("pre", {}, JSON.stringify(value, null, 1)));

  // ---- one moment ----
  function seenOf(event) {
    switch (event.kind) {
      case "user_said": return ["person", [event.text]];
      case "file_received": return ["person", [`File: ${event.name}`]];
      case "answered": {
        const value = event.label || (typeof event.value === "string" ? event.value : JSON.stringify(event.value));
        return ["person", [value]];
      }
      case "assistant_said": return ["", marked(event.model === "support" ? `**Support:** ${event.text}` : event.text)];
      case "asked": return ["", [el("div", { class: "title" }, event.text),
        el("div", { class: "options" }, ...event.options.map((option) => el("span", { class: "tag" }, option.label)))]];
      case "card_shown": return ["", [el("div", { class: "title" }, event.card.title),
        el("details", {}, el("summary", {}, `What the card showed (${words(event.card.kind)})`), shown(event.card.data))]];
      case "error_shown": return ["trouble", [el("div", { class: "title" }, event.message), event.next_step,
        el("div", { class: "soft" }, event.code)]];
      default: return null;
    }
  }

  function behindOf(moment) {
    const event = moment.event;
    const took = moment.took === null || moment.took === undefined ? "" : ` after ${moment.took.toFixed(1)} s`;
    switch (event.kind) {
      case "tool_called": return details(`${event.tool} was called`, event.args);
      case "tool_returned": return details(`${event.tool} ${event.ok ? "answered" : "failed"}${took}`, event.data);
      case "assistant_said": return event.model ? `Said by: ${event.model}` : null;
      case "asked": return event.approval ? details(`Waits for a yes to ${event.approval.tool}`, event.approval) : null;
      case "turn_ended": return null;
      default: return null;
    }
  }

  function momentRow(moment) {
    const seen = seenOf(moment.event);
    const behind = behindOf(moment);
    if (!seen && !behind) return null;
    return el("div", { class: "moment", "data-seq": moment.seq },
      el("time", { datetime: moment.at, title: when(moment.at) }, clock(moment.seconds)),
      seen ? el("div", { class: `seen ${seen[0]}` }, ...seen[1]) : el("div"),
      behind ? el("div", { class: `behind ${moment.trouble ? "trouble" : ""}` }, behind) : null);
  }

  // ---- replay ----
  function replayPage() {
    const { conversation, moments, runs, versions, accesses, cases, masked } = data.replay;
    document.body.classList.add("replay");
    const rows = [];
    const list = el("section", { "aria-label": "Conversation" });
    for (const moment of moments) {
      const row = momentRow(moment);
      if (row) {
        rows.push({ moment, row });
        list.append(row);
      }
    }
    let at = rows.length - 1;
    let timer = null;
    const slider = el("input", { type: "range", min: 0, max: Math.max(rows.length - 1, 0), value: at, "aria-label": "Place in the conversation" });
    const play = el("button", { class: "main", type: "button" }, "Play");
    const speed = el("select", { "aria-label": "Speed" }, ...[1, 4, 16].map((n) => el("option", { value: n }, `${n} times`)));
    speed.value = "4";
    const behind = el("input", { type: "checkbox", checked: true });
    const place = el("span", { class: "soft", "aria-live": "polite" });

    function go(to, scroll = true) {
      at = Math.min(Math.max(to, 0), rows.length - 1);
      rows.forEach(({ row }, number) => {
        row.classList.toggle("later", number > at);
        row.classList.toggle("now", number === at);
      });
      slider.value = at;
      place.textContent = rows.length ? `${at + 1} of ${rows.length}` : "Nothing was said.";
      if (scroll && rows[at]) rows[at].row.scrollIntoView({ block: "center" });
    }
    function stop() {
      clearTimeout(timer);
      timer = null;
      play.textContent = "Play";
    }
    function next() {
      if (at >= rows.length - 1) return stop();
      const pause = Math.min((rows[at + 1].moment.seconds - rows[at].moment.seconds) / Number(speed.value), 2);
      timer = setTimeout(() => { go(at + 1); next(); }, pause * 1000);
    }
    play.addEventListener("click", () => {
      if (timer !== null) return stop();
      if (at >= rows.length - 1) go(0);
      play.textContent = "Pause";
      next();
    });
    slider.addEventListener("input", () => { stop(); go(Number(slider.value)); });
    behind.addEventListener("change", () => list.classList.toggle("no-behind", !behind.checked));
    const step = (by) => () => { stop(); go(at + by); };
    const toError = () => {
      stop();
      const later = rows.findIndex(({ moment }, number) => number > at && moment.trouble);
      const first = rows.findIndex(({ moment }) => moment.trouble);
      if (first >= 0) go(later >= 0 ? later : first);
      else place.textContent = "There is no error in this conversation.";
    };
    document.addEventListener("keydown", (event) => {
      if (event.target.closest("input, select, textarea, button, summary")) return;
      if (event.key === "ArrowRight") step(1)();
      else if (event.key === "ArrowLeft") step(-1)();
      else if (event.key === "e") toError();
    });

    const facts = [
      `by ${conversation.user}`, `in ${conversation.surface}`, when(conversation.created_at), conversation.outcome,
      `${Math.max(1, Math.round(conversation.seconds / 60))} min spent`,
    ];
    root.append(
      data.offline ? "" : el("a", { href: "/support" }, "All conversations"),
      el("h1", {}, conversation.title || "A conversation without a title"),
      el("p", { class: "soft" }, facts.join(" · ")),
      conversation.stuck ? el("p", { class: "note" }, conversation.stuck) : "",
      masked ? el("p", { class: "soft" }, "Personal data and the texts of rows are hidden here; ▒ 43 stands for 43 characters.") : "",
      ...cases.map((one) => el("div", { class: "note" }, el("strong", {}, `Asked for help (${one.state}): `), one.message)),
      data.offline ? "" : links(conversation.id, masked),
      data.offline ? "" : jumps(),
      el("div", { class: "player" }, el("div", { class: "row" }, play,
        el("button", { type: "button", on: { click: step(-1) } }, "Back"),
        el("button", { type: "button", on: { click: step(1) } }, "Forward"),
        el("button", { type: "button", on: { click: toError } }, "Next error"),
        speed, slider, place,
        el("label", { class: "check" }, behind, "what was hidden"))),
      list,
      versions.length ? el("section", {}, el("h2", {}, "Versions of the data"), tableOf(versions, 0)) : "",
      ...runs.map(runSection),
      data.offline ? "" : el("div", { id: "acts" }),
      accesses.length ? el("section", {}, el("h2", {}, "Who looked into this"), tableOf(accesses, 0)) : "",
    );
    go(rows.length - 1, false);
    const goTo = (seq) => { stop(); go(Math.max(rows.findIndex(({ moment }) => moment.seq >= seq), 0)); };
    window.supportPage = { el, data, when, seenOf, behindOf, goTo };
  }

  const jumps = () => el("nav", { class: "row", "aria-label": "On this page" },
    ...[["#write", "Write to them"], ["#again", "Run it again"], ["#notes", `Notes for staff (${data.notes.length})`]].map(([to, name]) =>
      el("a", { href: to }, name)));

  function links(id, masked) {
    const form = el("form", { method: "post", action: `/support/${id}/look`, class: "row" },
      el("label", {}, "Why you need to see the texts", el("input", { name: "reason", required: true, maxlength: 500, size: 34 })),
      el("input", { type: "hidden", name: "unmasked", value: "true" }),
      el("button", {}, "Show the texts"));
    return el("div", { class: "row" },
      el("a", { href: `/support/${id}/export.json` }, "JSON"), el("a", { href: `/support/${id}/export.html` }, "Page that opens offline"),
      masked ? form : el("a", { href: `/support/${id}` }, "Hide the texts again"));
  }

  function runSection(run) {
    const lines = [];
    for (const event of run.events) {
      if (event.kind === "metric") continue;
      const line = event.message || (event.failure ? `failed: ${event.failure.code}` : `${event.kind} ${event.worker || ""}`);
      if (!lines.length || lines[lines.length - 1][1] !== line) lines.push([when(event.at), line]);
    }
    return el("section", {}, el("h2", {}, `Training: ${run.status}, attempt ${run.attempt}`),
      run.failure ? el("p", { class: "bad" }, `${run.failure.code}: ${run.failure.message}`) : "",
      details("Plan", run.plan), run.failure ? details("Facts of the failure", run.failure.facts) : "",
      el("details", {}, el("summary", {}, `What the worker told, ${lines.length} lines`),
        el("table", {}, ...lines.map(([at, line]) => el("tr", {}, el("td", {}, at), el("td", {}, line))))));
  }

  // ---- list ----
  function listPage() {
    const { search, found } = data;
    const choice = el("select", { name: "outcome" }, ...["", "trained", "failed", "in progress", "gave up"].map((value) =>
      el("option", { value, selected: value === search.outcome }, value || "any")));
    root.append(
      el("h1", {}, "Conversations"),
      el("form", { method: "get", action: "/support", class: "row", role: "search" },
        el("label", {}, "Words", el("input", { name: "text", value: search.text, type: "search" })),
        el("label", {}, "User", el("input", { name: "user", value: search.user })),
        el("label", {}, "Error code", el("input", { name: "error", value: search.error })),
        el("label", {}, "Outcome", choice),
        el("button", { class: "main" }, "Find")),
      found.length ? el("div", { class: "wide" }, el("table", {},
        el("thead", {}, el("tr", {}, ...["About", "User", "Used last", "Outcome", "Needs a look?", "Errors", "Thumbs", "Minutes"].map((name) =>
          el("th", { scope: "col" }, name)))),
        el("tbody", {}, ...found.map((head) => el("tr", {},
          el("td", {}, el("a", { href: `/support/${head.id}` }, head.title || "Without a title")),
          el("td", {}, head.user), el("td", {}, when(head.updated_at)), el("td", {}, el("span", { class: "tag" }, head.outcome)),
          el("td", {}, head.asks_for_help ? "Asks for help. " : "", head.stuck), el("td", {}, head.errors.join(", ")),
          el("td", {}, `${head.thumbs_up} up, ${head.thumbs_down} down`), el("td", {}, (head.seconds / 60).toFixed(1)))))))
        : el("p", {}, "No conversation fits."),
    );
  }

  // ---- reason ----
  function reasonPage() {
    root.append(
      el("h1", {}, "Why do you need to look?"),
      el("p", {}, "This conversation belongs to somebody else. Your reason is kept with it, and its person can see it."),
      el("form", { method: "post", action: `/support/${data.id}/look`, class: "row" },
        el("label", {}, "Reason", el("input", { name: "reason", required: true, maxlength: 500, size: 50 })),
        el("button", { class: "main" }, "Open")),
      el("p", {}, el("a", { href: "/support" }, "All conversations")),
    );
  }

  ({ list: listPage, replay: replayPage, reason: reasonPage })[document.body.dataset.page]();
})();
