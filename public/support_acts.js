// What support does on the page of a conversation: runs it again, takes part in it, keeps notes.
"use strict";
(() => {
  const { el, data, when, seenOf, behindOf, goTo } = window.supportPage;
  const place = document.getElementById("acts");
  if (!place) return;
  const { conversation, cases } = data.replay;
  const address = (act) => `/support/${conversation.id}/${act}`;

  async function post(act, body) {
    const answer = await fetch(address(act), {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    }).catch(() => null);
    if (!answer) throw new Error("The server does not answer. Try again in a moment.");
    const told = await answer.json();
    if (answer.ok) return told;
    throw new Error(told.error ? `${told.error.message} ${told.error.next_step}` : "What was sent cannot be used.");
  }

  // While it works the button waits; what went wrong is said beside it.
  function acting(button, status, work) {
    return async (event) => {
      event.preventDefault();
      button.disabled = true;
      status.textContent = "One moment …";
      try {
        status.textContent = (await work()) || "";
      } catch (error) {
        status.textContent = error.message;
      }
      button.disabled = false;
    };
  }

  const statusLine = () => el("p", { class: "soft", role: "status" });
  const many = (count, one, more) => `${count} ${count === 1 ? one : more}`;

  // ---- run again ----
  function side(name, event) {
    if (!event) return el("div", {}, el("div", { class: "soft" }, name), el("p", { class: "soft" }, "nothing"));
    const seen = seenOf(event);
    return el("div", {}, el("div", { class: "soft" }, name),
      seen ? el("div", { class: `seen ${seen[0]}` }, ...seen[1]) : el("div", { class: "behind" }, behindOf({ event, took: null }) || event.kind));
  }

  function turnAgain(turn) {
    const jump = el("button", { type: "button", on: { click: () => goTo(turn.seq) } }, "Show it");
    return el("li", {}, el("div", { class: "row" }, el("strong", {}, turn.said || "What they did"), jump),
      ...turn.differences.map((one) => el("details", {}, el("summary", {}, one.says),
        el("div", { class: "sides" }, side("Then", one.then), side("Today", one.now)))));
  }

  function verdictOf(again) {
    const ran = `${again.compared} of ${many(again.turns.length, "turn was", "turns were")} run again.`;
    if (!again.compared) return `${ran} Nothing can be said about them.`;
    if (!again.differing) return `${ran} The assistant does the same today in all of them.`;
    return `${ran} Today the assistant does something else in ${again.differing} of them.`;
  }

  function rerunSection() {
    const button = el("button", { type: "button", class: "main" }, "Try these inputs with today's code");
    const status = statusLine();
    const found = el("div");
    button.addEventListener("click", acting(button, status, async () => {
      const again = await post("rerun", {});
      const left = again.turns.filter((turn) => turn.why_not);
      found.replaceChildren(
        el("ul", { class: "again" }, ...again.turns.filter((turn) => turn.differences.length).map(turnAgain)),
        left.length ? el("details", {}, el("summary", {}, `${many(left.length, "turn was", "turns were")} not run`),
          el("ul", {}, ...left.map((turn) => el("li", {}, `${turn.said}: ${turn.why_not}`)))) : "",
        saveForm());
      return verdictOf(again);
    }));
    return el("section", { id: "again" }, el("h2", {}, "Run it again"),
      el("p", { class: "soft" }, "What they did, with the results that the tools gave then. No tool is called, and nothing changes for them."),
      button, status, found);
  }

  function saveForm() {
    const complaint = el("input", { maxlength: 500, size: 40 });
    const button = el("button", {}, "Save as a test");
    const status = statusLine();
    return el("form", { on: { submit: acting(button, status, async () => {
      const { name, saved, fixture } = await post("test", { complaint: complaint.value });
      if (!saved) giveOut(name, fixture);
      const where = saved ? `Saved as ${saved}.` : `${name} is in your downloads. Put it into tests/assistant/support/complaints.`;
      return `${where} It expects what the assistant does today. After a change that is meant: mtw transcripts accept FILE`;
    }) } }, el("div", { class: "row" }, el("label", {}, "What was wrong, in a sentence", complaint), button), status);
  }

  function giveOut(name, fixture) {
    const link = el("a", { download: name, href: URL.createObjectURL(new Blob([JSON.stringify(fixture, null, 1)])) });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  // ---- take part ----
  function valueField(field) {
    const given = { "aria-label": "New value" };
    if (field.kind === "choice" || field.kind === "boolean") {
      const choices = field.kind === "choice" ? field.options : ["true", "false"];
      return el("select", given, ...choices.map((one) => el("option", { value: one, selected: one === String(field.value) }, one)));
    }
    const number = field.kind === "number" ? { type: "number", min: field.minimum, max: field.maximum, step: "any" } : {};
    return el("input", { ...given, ...number, required: true, value: field.value });
  }

  function valueOf(field, given) {
    if (field.kind === "number") return Number(given);
    return field.kind === "boolean" ? given === "true" : given;
  }

  function changeRow() {
    const { fields } = data.offer;
    const name = el("select", { "aria-label": "Setting" }, ...fields.map((field) => el("option", { value: field.name }, field.label)));
    const chosen = () => fields.find((field) => field.name === name.value);
    let value = valueField(chosen());
    const row = el("div", { class: "row" }, name, value);
    name.addEventListener("change", () => {
      const next = valueField(chosen());
      value.replaceWith(next);
      value = next;
    });
    return { row, pair: () => [chosen().name, valueOf(chosen(), value.value)] };
  }

  function takePart() {
    const { fix_run_id: failed, fields } = data.offer;
    const text = el("textarea", { name: "text", rows: 4, maxlength: 10000 });
    const what = el("select", {}, el("option", { value: "" }, "nothing to press"),
      failed ? el("option", { value: "fix" }, "the fix of the diagnosis, and train again") : "",
      fields.length ? el("option", { value: "change" }, "another plan") : "");
    const rows = [];
    const list = el("div");
    const add = () => { const one = changeRow(); rows.push(one); list.append(one.row); };
    const plan = el("div", { hidden: true }, list, el("button", { type: "button", on: { click: add } }, "One more setting"));
    what.addEventListener("change", () => {
      plan.hidden = what.value !== "change";
      if (!plan.hidden && !rows.length) add();
      for (const input of plan.querySelectorAll("input, select")) input.disabled = plan.hidden;
    });
    const status = statusLine();
    const send = el("button", { class: "main" }, "Send");
    const close = el("button", { name: "close", value: "true" }, "Send and hand back");
    const open = cases.some((one) => one.state !== "closed");
    const proposal = () => (what.value === "fix" ? { kind: "fix", run_id: failed }
      : { kind: "change", changes: Object.fromEntries(rows.map((one) => one.pair())) });
    const form = el("form", { method: "post", action: address("answer") },
      el("label", { class: "block" }, "They read it in their conversation, as a message of Support", text),
      failed || fields.length ? el("div", { class: "row" }, el("label", {}, "They can start with one press", what)) : "",
      plan, el("div", { class: "row" }, send, open ? close : ""), status);
    form.addEventListener("submit", (event) => {
      if (!what.value) return;
      acting(send, status, async () => {
        await post("propose", { text: text.value, proposal: proposal() });
        location.reload();
        return "It is sent.";
      })(event);
    });
    what.addEventListener("change", () => { close.hidden = Boolean(what.value); });
    return el("section", { id: "write" }, el("h2", {}, "Write to them"), form);
  }

  // ---- notes ----
  function notesSection() {
    return el("section", { id: "notes" }, el("h2", {}, "Notes for staff"),
      el("p", { class: "soft" }, "Their person never sees them, and no export holds them. They go with the conversation."),
      ...data.notes.map((note) => el("div", { class: "note written" },
        el("div", { class: "soft" }, `${note.by}, ${when(note.at)}`), note.text)),
      el("form", { method: "post", action: address("note") },
        el("label", { class: "block" }, "A new note", el("textarea", { name: "text", rows: 2, maxlength: 5000, required: true })),
        el("div", { class: "row" }, el("button", {}, "Add the note"))));
  }

  place.append(takePart(), rerunSection(), notesSection());
})();
