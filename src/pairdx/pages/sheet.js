"use strict";
(() => {
  // What the page is about: where the browser remembers, the file's columns, which of them holds
  // the answer, what the answers are called, and the command that takes the file.
  const { store: STORE, header, answer: ANSWER, things: THINGS, command: COMMAND } =
    document.body.dataset;
  const HEADER = header.split(",");
  // The rule of pairdx.curate.spreadsheet: what a spreadsheet takes for a formula.
  const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/u;
  const byId = (id) => document.getElementById(id);
  const cases = [...document.querySelectorAll("article.case")];
  const entries = [...document.querySelectorAll(".entry")];
  const keyOf = (one) => `${one.dataset.id}\n${one.dataset.content ?? ""}`;
  const WORDS = new Map([...document.querySelectorAll("[data-word]")].map((button) =>
    [button.dataset.word, button.dataset.key]));

  let keeps = true; // whether the browser remembers
  let store = { last: "", readers: {} }; // name -> {part, decisions: {key: {word, note}}}
  let reader = "";
  let current = -1;
  let unsaved = 0;

  function recall() {
    try {
      store = { ...store, ...JSON.parse(localStorage.getItem(STORE) || "{}") };
      // A probe of its own: to write the store back could undo what another tab has just kept.
      localStorage.setItem(`${STORE}-probe`, "1");
      localStorage.removeItem(`${STORE}-probe`);
    } catch {
      keeps = false;
    }
    byId("storage").hidden = keeps;
  }

  function remember() {
    if (!keeps) return;
    try {
      localStorage.setItem(STORE, JSON.stringify(store));
    } catch {
      keeps = false;
      byId("storage").hidden = false;
    }
  }

  const mine = () => (Object.hasOwn(store.readers, reader) ? store.readers[reader]
    : { part: "0", decisions: {} });
  const decided = (one) => {
    const { decisions } = mine();
    if (!one) return { word: "", note: "" };
    return Object.hasOwn(decisions, keyOf(one)) ? decisions[keyOf(one)] : { word: "", note: "" };
  };

  function assigned(one) {
    const { part } = mine();
    return part === "0" || one.dataset.reader === "0" || one.dataset.reader === part;
  }

  function shown(index) {
    const one = cases[index];
    const group = byId("group").value;
    return assigned(one) && (!group || one.dataset.group === group)
      && !(byId("open").checked && index !== current && decided(one).word);
  }

  function draw() {
    cases.forEach((one, index) => {
      const { word, note } = decided(one);
      one.hidden = index !== current;
      one.dataset.answered = word;
      one.querySelectorAll("[data-word]").forEach((button) => {
        button.setAttribute("aria-pressed", String(button.dataset.word === word));
      });
      const field = one.querySelector(".note");
      if (field !== document.activeElement) field.value = note;
      const entry = entries[index];
      entry.parentElement.hidden = !shown(index);
      entry.setAttribute("aria-current", String(index === current));
      const dot = entry.querySelector(".dot");
      dot.className = word ? `dot answered ${word}` : "dot";
      dot.textContent = (WORDS.get(word) ?? "").toUpperCase();
    });
    const own = cases.filter(assigned);
    const done = own.filter((one) => decided(one).word).length;
    byId("progress").max = Math.max(own.length, 1);
    byId("progress").value = done;
    byId("status").textContent =
      `${done} of ${own.length} decided${unsaved ? `, ${unsaved} not saved to a file` : ""}`;
    byId("who").textContent = reader ? `Reader: ${reader}` : "Who is reading?";
    byId("nothing").hidden = !cases.length || current >= 0;
  }

  function show(index) {
    current = index;
    draw();
    if (index >= 0) entries[index].scrollIntoView({ block: "nearest" });
    document.querySelector("main").scrollTop = 0;
  }

  function find(from, step, wanted) {
    for (let index = from; index >= 0 && index < cases.length; index += step) {
      if (shown(index) && wanted(cases[index])) return index;
    }
    return -1;
  }

  function move(step) {
    const index = find(current + step, step, () => true);
    if (index >= 0) show(index);
  }

  function onward() {
    const free = (one) => !decided(one).word;
    const later = find(current + 1, 1, free);
    const index = later >= 0 ? later : find(0, 1, free);
    if (index >= 0) {
      show(index);
    } else {
      draw();
      tell(`All of these are decided. Save ${THINGS} when you are ready.`);
    }
  }

  function put(one, change) {
    if (!reader) return ask();
    const { decisions } = (store.readers[reader] ??= { part: "0", decisions: {} });
    const now = { ...decided(one), ...change };
    if (now.word || now.note) decisions[keyOf(one)] = now;
    else delete decisions[keyOf(one)];
    unsaved += 1;
    remember();
    return draw();
  }

  function decide(word) {
    const one = cases[current];
    if (!one) return;
    const button = one.querySelector(`[data-word="${word}"]:disabled`);
    if (button) {
      tell(button.title);
      return;
    }
    put(one, { word });
    if (word && reader) onward();
  }

  let fading = 0;
  function tell(text) {
    clearTimeout(fading);
    byId("toast").textContent = text;
    byId("toast").hidden = false;
    fading = setTimeout(() => { byId("toast").hidden = true; }, 4000);
  }

  const cell = (text) => {
    const safe = FORMULA.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const plain = (text) => (text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text);

  function toCsv() {
    const rows = cases.filter((one) => assigned(one) && decided(one).word).map((one) => ({
      id: one.dataset.id,
      reader,
      [ANSWER]: decided(one).word,
      note: decided(one).note,
      content: one.dataset.content ?? "",
    }));
    const lines = rows.map((row) => HEADER.map((name) => cell(row[name])).join(","));
    return { count: rows.length, text: `${[HEADER.join(","), ...lines].join("\n")}\n` };
  }

  function fromCsv(text) {
    const rows = [[""]];
    let quoted = false;
    for (let at = 0; at < text.length; at += 1) {
      const row = rows.at(-1);
      const char = text[at];
      if (quoted) {
        if (char !== '"') row[row.length - 1] += char;
        else if (text[at + 1] === '"') { row[row.length - 1] += '"'; at += 1; } else quoted = false;
      } else if (char === '"') quoted = true;
      else if (char === ",") row.push("");
      else if (char === "\n") rows.push([""]);
      else if (char !== "\r") row[row.length - 1] += char;
    }
    const [names, ...cells] = rows;
    return cells.map((row) => Object.fromEntries(names.map((name, i) => [name, plain(row[i] ?? "")])));
  }

  function download() {
    if (!reader) return ask();
    const { count, text } = toCsv();
    if (!count) return tell("Nothing is decided yet.");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    link.download = `${THINGS}-${reader.replace(/[^\p{L}\p{N}_-]+/gu, "_")}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    unsaved = 0;
    draw();
    return tell(`${count} ${THINGS} saved. Add them: ${COMMAND} ${link.download}`);
  }

  async function load(file) {
    const rows = fromCsv((await file.text()).replace(/^\uFEFF/, ""));
    let read = 0;
    let others = 0;
    for (const row of rows.filter((one) => WORDS.has(one[ANSWER]))) {
      const one = cases.find(({ dataset }) => dataset.id === row.id
        && (!row.content || dataset.content === row.content));
      if (!one || row.reader !== reader) {
        others += 1;
      } else {
        put(one, { word: row[ANSWER], note: row.note ?? "" });
        read += 1;
      }
    }
    unsaved = 0;
    draw();
    tell(`${read} ${THINGS} of ${reader} read, ${others} of other readers or pairs left`);
  }

  function ask() {
    byId("reader").value = reader || store.last;
    if (byId("part")) byId("part").value = mine().part === "0" && !reader ? "1" : mine().part;
    byId("start").showModal();
    byId("reader").focus();
  }

  byId("start").addEventListener("submit", () => {
    const name = byId("reader").value.trim();
    if (!name) return;
    const before = [reader, mine().part].join();
    reader = name;
    store.last = name;
    const own = (store.readers[name] ??= { part: "0", decisions: {} });
    if (byId("part")) own.part = byId("part").value;
    remember();
    if ([reader, own.part].join() !== before) {
      show(find(0, 1, () => true));
      if (decided(cases[current]).word) onward();
    }
    const [file] = byId("load").files;
    byId("load").value = "";
    if (file) load(file);
  });

  cases.forEach((one) => {
    one.querySelectorAll("[data-word]").forEach((button) => {
      button.addEventListener("click", () => decide(button.dataset.word));
    });
    one.querySelectorAll("[data-step]").forEach((button) => {
      button.addEventListener("click", () => move(Number(button.dataset.step)));
    });
    const note = one.querySelector(".note");
    note.addEventListener("change", () => put(one, { note: note.value }));
    one.querySelector(".picture").addEventListener("click", () => {
      document.body.classList.toggle("large");
    });
  });
  entries.forEach((entry, index) => entry.addEventListener("click", () => show(index)));
  ["group", "open"].forEach((id) => byId(id).addEventListener("change", () => {
    byId(id).blur(); // so that the keys decide again
    const keep = current >= 0 && shown(current);
    show(keep ? current : find(0, 1, () => true));
  }));
  byId("who").addEventListener("click", ask);
  byId("help").addEventListener("click", ask);
  byId("download").addEventListener("click", download);

  const KEYS = {
    u: () => decide(""),
    "/": () => cases[current]?.querySelector(".note").focus(),
    "?": ask,
    arrowleft: () => move(-1),
    arrowright: () => move(1),
  };
  WORDS.forEach((key, word) => { KEYS[key] = () => decide(word); });
  // Keys that show more or less of the page: `data-toggles` has key and class of each.
  document.body.dataset.toggles.split(" ").forEach((toggle) => {
    const [key, name] = toggle.split("=");
    KEYS[key] = () => document.body.classList.toggle(name);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("start").open || !reader) return;
    if (event.target.matches("input[type=text], select")) {
      if (["Enter", "Escape"].includes(event.key)) event.target.blur();
      return;
    }
    const act = KEYS[event.key.toLowerCase()];
    if (act) {
      event.preventDefault();
      act();
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved && !keeps) event.preventDefault();
  });

  recall();
  show(find(0, 1, () => true));
  ask();
})();
