/**
 * <quiz-question src="http://host/v1/questions/vanishing-gradients"></quiz-question>
 *
 * Shows a question of the question service, takes the answer, sends it once, and shows the result.
 * One file without dependencies; docs/element.md says how pages use it.
 */

// Words. `{name}` stands for a value.

const WORDS = {
  en: {
    loading: "Loading the question…", reload: "Load again", submit: "Submit answer",
    sending: "Sending your answer…", now: "Try now", again: "Answer again",
    offline: "You are offline.", silent: "The server does not answer.",
    kept: "Your answer is kept and will be sent again.", later: "It will be tried again.",
    refused: "Not graded.", missing: "The question cannot be shown.", unknown: "This question cannot be answered here.",
    one: "Pick one", many: "Pick all that apply", most: "Pick at most {most}",
    number: "Give a number", text: "Give a short answer", answer: "Your answer", unit: "Unit",
    order: "Put these in order", match: "Find the match of each", fill: "Fill in the blanks",
    blank: "Blank {n} of {all}", choose: "Choose…", open: "No match",
    needPick: "Pick an option first.", needAnswer: "Give an answer first.",
    needUnit: "Choose a unit, too.", tooMany: "Pick at most {most}.",
    badNumber: "Write a number with a decimal point, such as 9.81, 1.2e-3 or 1/3.",
    up: "Move up: {what}", down: "Move down: {what}", moved: "{what}: place {n} of {all}",
    hint: "Show a hint ({n} of {all})", hintTitle: "Hint {n}",
    right: "Right", partly: "Partly right", wrong: "Not right", received: "Answer received",
    points: "{points} of {all} points", point: "{points} of {all} point",
    unreleased: "The result is not released yet.", was: "Right: {what}",
    rightly_picked: "Picked, and right", wrongly_picked: "Picked, but wrong",
    rightly_left: "Left out, and rightly so", missed: "Missed: this one is right", itIs: "This one is right",
    isRight: "Right", isWrong: "Wrong", rightOrder: "The right order",
    combination: "On this combination", explanation: "Explanation", references: "Recommended reading",
    window: "opens a new window",
  },
  de: {
    loading: "Die Frage wird geladen…", reload: "Neu laden", submit: "Antwort absenden",
    sending: "Die Antwort wird gesendet…", now: "Jetzt versuchen", again: "Noch einmal antworten",
    offline: "Sie sind offline.", silent: "Der Server antwortet nicht.",
    kept: "Ihre Antwort bleibt erhalten und wird erneut gesendet.", later: "Es wird erneut versucht.",
    refused: "Nicht bewertet.", missing: "Die Frage kann nicht gezeigt werden.",
    unknown: "Diese Frage kann hier nicht beantwortet werden.",
    one: "Eine Antwort wählen", many: "Alle zutreffenden wählen", most: "Höchstens {most} wählen",
    number: "Eine Zahl angeben", text: "Kurz antworten", answer: "Ihre Antwort", unit: "Einheit",
    order: "In die richtige Reihenfolge bringen", match: "Jeweils das Passende finden",
    fill: "Die Lücken füllen", blank: "Lücke {n} von {all}", choose: "Wählen…", open: "Passt zu nichts",
    needPick: "Bitte erst eine Antwort wählen.", needAnswer: "Bitte erst antworten.",
    needUnit: "Bitte auch eine Einheit wählen.", tooMany: "Bitte höchstens {most} wählen.",
    badNumber: "Bitte eine Zahl mit Dezimalpunkt schreiben, etwa 9.81, 1.2e-3 oder 1/3.",
    up: "Nach oben: {what}", down: "Nach unten: {what}", moved: "{what}: Platz {n} von {all}",
    hint: "Hinweis zeigen ({n} von {all})", hintTitle: "Hinweis {n}",
    right: "Richtig", partly: "Teilweise richtig", wrong: "Nicht richtig", received: "Antwort erhalten",
    points: "{points} von {all} Punkten", point: "{points} von {all} Punkt",
    unreleased: "Das Ergebnis ist noch nicht freigegeben.", was: "Richtig: {what}",
    rightly_picked: "Gewählt, und richtig", wrongly_picked: "Gewählt, aber falsch",
    rightly_left: "Zu Recht nicht gewählt", missed: "Übersehen: das ist richtig", itIs: "Das ist richtig",
    isRight: "Richtig", isWrong: "Falsch", rightOrder: "Die richtige Reihenfolge",
    combination: "Zu dieser Auswahl",
    explanation: "Erklärung", references: "Zum Weiterlesen", window: "öffnet ein neues Fenster",
  },
};

/** The words of the first language that there are words in; what lacks a word says it in English. */
function wordsIn(...languages) {
  const known = languages.map((tag) => tag?.toLowerCase().split("-")[0] ?? "");
  const language = known.find((tag) => Object.hasOwn(WORDS, tag)) ?? "en";
  return { ...WORDS.en, ...WORDS[language], language };
}

/** A text with its values. */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

// Small helpers.

/** An element with attributes and children; what is null or false is left out. */
function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, String(value));
  }
  for (const child of children) if (child != null && child !== false) node.append(child);
  return node;
}

/** All descendants that match. */
function all(node, selector) {
  return [...node.querySelectorAll(selector)];
}

/** A, B, ... Z, AA, ... */
function letter(place) {
  const rest = Math.floor(place / 26);
  return (rest ? letter(rest - 1) : "") + String.fromCharCode(65 + (place % 26));
}

/** A key that nobody else makes, also where the page has no secure context. */
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Thrown where an answer is not complete: what to say, and which control to go to. */
class Incomplete extends Error {
  constructor(message, control) {
    super(message);
    this.control = control;
  }
}

// What an author's HTML may hold. The service sends it sanitised. That is checked again here, since
// a page that states the hash of this file trusts no other code, whatever the service sends.

const TAGS = new Set(
  ("a abbr b blockquote br caption cite code dd del details dfn div dl dt em figcaption figure " +
    "h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary " +
    "sup table tbody td tfoot th thead tr u ul var wbr").split(" "),
);
const ATTRIBUTES = new Set(
  "align alt class colspan height href open rel rowspan src start title width".split(" "),
);

/** Author's HTML as nodes: only what is allowed, its addresses made absolute. */
function nodesOf(html, view) {
  const template = document.createElement("template");
  template.innerHTML = html;
  for (const node of all(template.content, "*")) {
    if (TAGS.has(node.localName)) clean(node, view);
    else node.remove();
  }
  for (const table of all(template.content, "table")) {
    const scroller = h("div", { class: "scrolls" });
    table.replaceWith(scroller);
    scroller.append(table);
  }
  return template.content;
}

function clean(node, { base, words }) {
  for (const { name, value } of [...node.attributes]) {
    if (!ATTRIBUTES.has(name)) node.removeAttribute(name);
    else if (name === "href" || name === "src") {
      // The service's own addresses are below its root, which may have a prefix.
      const address = value.replace(/^\/(?!\/)/, rootOf(base));
      const url = URL.canParse(address, base) ? new URL(address, base) : null;
      if (url && /^(https?|mailto):$/.test(url.protocol)) node.setAttribute(name, url.href);
      else node.removeAttribute(name);
    }
  }
  if (node.localName === "a" && node.hasAttribute("href")) openElsewhere(node, words);
}

/** A link opens a window of its own, so that no answer is lost, and says so. */
function openElsewhere(link, words) {
  link.setAttribute("target", "_blank");
  link.setAttribute("rel", "noopener noreferrer");
  link.append(h("span", { class: "unseen" }, ` (${words.window})`));
}

/** A block with an author's HTML, its mathematics set. */
function rich(html, view, attributes = {}) {
  const block = h("div", { lang: view.question.language, ...attributes, class: "rich" });
  block.append(nodesOf(html, view));
  setMathematics(block, view.base);
  return block;
}

/** Whether a text says it all. */
function isPlain(html) {
  return !/<(img|pre|table|ul|ol)|class="math/.test(html);
}

function textOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.textContent.trim().replace(/\s+/g, " ");
}

/** A name for a control beside a text that is nothing but TeX: not all take MathML for a name. */
function nameBeside(html) {
  return /^<p><span class="math[^>]*>[^<]*<\/span><\/p>$/.test(html.trim()) ? textOf(html) : null;
}

// Mathematics: TeX to MathML by Temml, which the service has and which is loaded only where there is
// TeX, bound by its hash. Where it cannot be loaded, the TeX is shown.

const TEMML = {
  script: "static/vendor/temml-0.13.5.min.js",
  scriptHash: "sha384-2DxBMAMyQPU/ulFko5zwTJ4LW6npd0cN3UviUxXkcVnUiAH2EUPZrnIlcPSrctmf",
  style: "static/vendor/temml-0.13.5.css",
  styleHash: "sha384-wrAonPpTrJ/7uzMC8LnKSeFSXi7NiAzdpkDAI+GD2Y5mFH9JFCJdHlscsQRFVr7x",
};

const temmls = new Map();

/** Temml from the service that is at this root; loaded once. */
function loadTemml(root) {
  let loading = temmls.get(root);
  if (!loading) {
    loading = new Promise((resolve, reject) => {
      const { script, scriptHash } = TEMML;
      const node = h("script", { src: root + script, integrity: scriptHash, crossorigin: "anonymous" });
      node.addEventListener("load", () => resolve(globalThis.temml));
      node.addEventListener("error", () => reject(new Error("Temml cannot be loaded.")));
      document.head.append(node);
    });
    loading.catch(() => temmls.delete(root));
    temmls.set(root, loading);
  }
  return loading;
}

/** The address before `v1/questions/...`, where the service's files are. */
function rootOf(base) {
  return new URL("../../", base).href;
}

async function setMathematics(block, base) {
  const found = all(block, ".math");
  if (found.length === 0) return;
  try {
    const temml = await loadTemml(rootOf(base));
    for (const node of found) {
      const displayMode = node.classList.contains("display");
      temml.render(node.textContent, node, { displayMode, throwOnError: false });
      node.classList.add("set");
    }
  } catch {
    // The TeX stays, which many can read.
  }
}

// Controls.

/** A choice of one option, by its text. `said` is the id that was chosen before. */
function choiceOf(view, options, attributes, said, none) {
  const items = options.map(({ id }) =>
    h("option", { value: id, selected: id === said, lang: view.question.language }, named(options, id)));
  return h("select", attributes, h("option", { value: "" }, none), ...items);
}

/** An option in a choice: its text or, where one of them holds more than text, its letter. */
function named(options, id) {
  const place = options.findIndex((option) => option.id === id);
  if (place < 0) return undefined;
  return options.every(({ html }) => isPlain(html)) ? textOf(options[place].html) : letter(place);
}

/** What the letters of a choice stand for, where its options hold more than text. */
function legendOf(view, options) {
  if (options.every((option) => isPlain(option.html))) return null;
  const items = options.map(({ html }, place) =>
    h("li", {}, h("b", {}, letter(place)), rich(html, view)));
  return h("ul", { class: "letters", role: "list" }, ...items);
}

/** A line to write into; browsers must not mend or complete what is written. */
function line(attributes) {
  return h("input", {
    type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", ...attributes,
  });
}

/** A number and, where there are units, its unit. */
function numberOf({ words }, units, said, label) {
  const number = line({
    name: "value", value: said.value, inputmode: "text", "aria-label": label, class: "short",
  });
  if (units.length === 0) return [number];
  const items = units.map((unit) => h("option", { value: unit, selected: unit === said.unit }, unit));
  const name = label === words.answer ? words.unit : `${label}: ${words.unit}`;
  return [number, h("select", { name: "unit", "aria-label": name },
    h("option", { value: "" }, words.choose), ...items)];
}

// Whether it is a number the service says; that a comma is none is worth saying here.
const NUMBER = /^[-+−\d.e^x×*·/\s]+$/i;

/** The number and unit in a place, or nothing where none is written. */
function readNumber(place, words) {
  const [number] = all(place, "[name=value]");
  const [unit] = all(place, "[name=unit]");
  if (!number.value.trim()) return null;
  if (!NUMBER.test(number.value)) throw new Incomplete(words.badNumber, number);
  if (unit && !unit.value) throw new Incomplete(words.needUnit, unit);
  return { value: number.value.trim(), ...(unit ? { unit: unit.value } : {}) };
}

function icon(name) {
  const sign = { right: "✓", partly: "◐", wrong: "✗", received: "✓" }[name];
  return h("span", { class: "icon", "aria-hidden": "true" }, sign);
}

/** Right, partly right or wrong by an icon, a word and a colour. */
function verdict(name, ...words) {
  const text = words.filter(Boolean).join(" · ");
  return h("span", { class: `verdict ${name}`, part: `verdict verdict-${name}` },
    icon(name), h("span", {}, text));
}

/** A verdict on a part: whether it is right, and else what would be. */
function partVerdict({ words }, correct, what) {
  if (correct) return verdict("right", words.isRight);
  return verdict("wrong", words.isWrong, what && filled(words.was, { what }));
}

/** What came out of a submission whose score is known. */
function outcomeOf({ correct, score }) {
  return correct ? "right" : score > 0 ? "partly" : "wrong";
}

/** Author's texts by the ids of their options. */
function htmlById(options) {
  return new Map(options.map((option) => [option.id, option.html]));
}

// Kinds of question. What is picked is answered by ids, all else by a response of its kind.

const picking = {
  legend({ question: { select, options }, words }) {
    if (select.max === 1) return words.one;
    return select.max < options.length ? filled(words.most, { most: select.max }) : words.many;
  },
  build(view, { selected = [] }) {
    const { options, select } = view.question;
    const type = select.max === 1 ? "radio" : "checkbox";
    return options.map(({ id, html }) =>
      h("label", { class: "option", part: "option", "data-id": id },
        h("input", { type, name: "selected", value: id, checked: selected.includes(id), "aria-label": nameBeside(html) }),
        h("span", { class: "said" }, rich(html, view))));
  },
  read({ question: { select }, words }, field) {
    const selected = all(field, ":checked").map((input) => input.value);
    const [first] = all(field, "input");
    if (select.max === 1 && selected.length === 0) throw new Incomplete(words.needPick, first);
    if (selected.length > select.max) {
      throw new Incomplete(filled(words.tooMany, { most: select.max }), first);
    }
    return { selected };
  },
  show(view, field, { feedback }) {
    const radio = view.question.select.max === 1;
    for (const told of feedback.options) {
      const option = all(field, ".option").find((node) => node.dataset.id === told.id);
      if (!option) continue;
      option.classList.add(told.verdict);
      // Of several radio buttons one is picked: that the others are not says nothing.
      const silent = radio && told.verdict === "rightly_left";
      const isOther = radio && told.verdict === "missed";
      const right = isOther || told.verdict.startsWith("rightly");
      const word = view.words[isOther ? "itIs" : told.verdict];
      option.lastChild.append(...[
        !silent && verdict(right ? "right" : "wrong", word),
        told.html && rich(told.html, view, { part: "feedback" }),
      ].filter(Boolean));
    }
  },
};

const numeric = {
  legend: ({ words }) => words.number,
  build(view, { response = {} }) {
    const units = view.question.interaction.units ?? [];
    return [h("div", { class: "line" }, ...numberOf(view, units, response, view.words.answer))];
  },
  read({ words }, field) {
    const response = readNumber(field, words);
    if (!response) throw new Incomplete(words.needAnswer, all(field, "input")[0]);
    return { response };
  },
  show: (view, field, told) => showAnswer(view, field, told, spelt(told.feedback.solution)),
};

const shortText = {
  legend: ({ words }) => words.text,
  build({ question, words }, { response = {} }) {
    const attributes = { name: "text", value: response.text, "aria-label": words.answer };
    return [h("div", { class: "line" }, line({ ...attributes, lang: question.language }))];
  },
  read({ words }, field) {
    const [input] = all(field, "input");
    if (!input.value.trim()) throw new Incomplete(words.needAnswer, input);
    return { response: { text: input.value } };
  },
  show: (view, field, told) => showAnswer(view, field, told, told.feedback.solution.text),
};

/** A number with its unit, or a text, as it is read. */
function spelt(solution) {
  return [solution.value ?? solution.text, solution.unit].filter(Boolean).join(" ");
}

/** Whether a single answer was right, and which one is. */
function showAnswer({ words }, field, told, answer) {
  const name = outcomeOf(told);
  const right = name !== "right" && answer && filled(words.was, { what: answer });
  field.append(verdict(name, words[name], right));
}

const ordering = {
  legend: ({ words }) => words.order,
  build(view, { response = {} }) {
    const { options } = view.question;
    const known = htmlById(options);
    const ids = response.order ?? options.map((option) => option.id);
    const list = h("ol", { class: "order", role: "list" });
    for (const id of ids) list.append(orderItem(view, list, id, known.get(id) ?? ""));
    tellEnds(list);
    return [list];
  },
  read: (_, field) => ({
    response: { order: all(field, ".order > li").map((item) => item.dataset.id) },
  }),
  show(view, field, { feedback }) {
    const right = new Map(feedback.parts.map((part) => [part.id, part.correct]));
    for (const item of all(field, ".order > li")) {
      item.append(partVerdict(view, right.get(item.dataset.id)));
    }
    if ([...right.values()].every(Boolean)) return;
    const known = htmlById(view.question.options);
    const items = feedback.solution.order.map((id) =>
      h("li", {}, rich(known.get(id) ?? "", view)));
    field.append(h("p", { class: "label" }, view.words.rightOrder), h("ol", { class: "solution" }, ...items));
  },
};

/** A thing to put in order: by buttons, or dragged by its handle. */
function orderItem(view, list, id, html) {
  const what = textOf(html);
  const item = h("li", { class: "option", part: "option", "data-id": id });
  const move = (up) => {
    const other = up ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    // The other one moves: what is moved itself would lose the focus.
    if (up) item.after(other);
    else item.before(other);
    tellEnds(list);
    const n = all(list, ":scope > li").indexOf(item) + 1;
    view.say(filled(view.words.moved, { what, n, all: list.children.length }));
  };
  const button = (name, icon) => {
    const label = filled(view.words[name], { what });
    const node = h("button", { type: "button", class: `move ${name}`, "aria-label": label }, icon);
    node.addEventListener("click", () => move(name === "up"));
    return node;
  };
  const handle = h("span", { class: "handle", "aria-hidden": "true" }, "⠿");
  handle.addEventListener("pointerdown", (event) => drag(event, list, item));
  item.append(handle, h("span", { class: "said" }, rich(html, view)), button("up", "↑"),
    button("down", "↓"));
  return item;
}

/** Buttons at the ends say that they do nothing, and stay reachable: the focus is on them. */
function tellEnds(list) {
  const items = all(list, ":scope > li");
  items.forEach((item, place) => {
    item.querySelector(".up").setAttribute("aria-disabled", String(place === 0));
    item.querySelector(".down").setAttribute("aria-disabled", String(place === items.length - 1));
  });
}

/** Move an item with the pointer, mouse or finger, until it is let go. */
function drag(event, list, item) {
  const handle = event.currentTarget;
  if (handle.closest("fieldset")?.disabled) return;
  event.preventDefault();
  const letGo = new AbortController();
  const middle = (node) => {
    const { top, height } = node.getBoundingClientRect();
    return top + height / 2;
  };
  const over = ({ clientY }) => {
    const { previousElementSibling: before, nextElementSibling: after } = item;
    if (before && clientY < middle(before)) item.after(before);
    else if (after && clientY > middle(after)) item.before(after);
    tellEnds(list);
  };
  const end = () => {
    letGo.abort();
    item.classList.remove("dragged");
  };
  handle.setPointerCapture(event.pointerId);
  item.classList.add("dragged");
  handle.addEventListener("pointermove", over, { signal: letGo.signal });
  handle.addEventListener("lostpointercapture", end, { signal: letGo.signal });
}

const matching = {
  legend: ({ words }) => words.match,
  build(view, { response = {} }) {
    const { options, interaction } = view.question;
    const targets = interaction.targets ?? [];
    const rows = options.map(({ id, html }, place) => {
      const label = nameBeside(html);
      const attributes = { name: "pair", "aria-label": label, "aria-labelledby": !label && `premise-${place}` };
      const said = response.pairs?.[id];
      return h("div", { class: "option pair", part: "option", "data-id": id },
        h("span", { class: "said" }, rich(html, view, { id: `premise-${place}` })),
        h("span", { class: "line" }, choiceOf(view, targets, attributes, said, view.words.open)));
    });
    const letters = legendOf(view, targets);
    return letters ? [letters, ...rows] : rows;
  },
  read(_, field) {
    const pairs = all(field, ".pair").map((row) => [row.dataset.id, row.querySelector("select").value]);
    return { response: { pairs: Object.fromEntries(pairs.filter(([, target]) => target)) } };
  },
  show(view, field, { feedback }) {
    const targets = view.question.interaction.targets ?? [];
    for (const { id, correct } of feedback.parts) {
      const row = all(field, ".pair").find((node) => node.dataset.id === id);
      const what = named(targets, feedback.solution.pairs[id]) ?? view.words.open;
      row?.lastChild.append(partVerdict(view, correct, what));
    }
  },
};

const cloze = {
  legend: ({ words }) => words.fill,
  build(view, { response = {} }) {
    const blanks = blanksOf(view.question);
    const stem = rich(view.question.prompt.html, view, { part: "prompt" });
    const places = new Map(blanks.map((blank, n) => [blank.name,
      blankOf(view, blank, n, response.blanks?.[blank.name] ?? {})]));
    putInto(stem, places);
    // What the stem's HTML does not mark, such as a blank in an address, stands below it.
    const rest = [...places.values()].filter((place) => !stem.contains(place));
    const letters = blanks.map((blank) => legendOf(view, blank.options)).filter((node) => node !== null);
    return [stem, ...rest, ...letters];
  },
  read({ words, question }, field) {
    const blanks = Object.fromEntries(all(field, ".blank")
      .map((place) => [place.dataset.name, readBlank(place, words)]).filter(([, said]) => said));
    if (Object.keys(blanks).length === 0) {
      throw new Incomplete(words.needAnswer, all(field, "input, select")[0]);
    }
    return { response: { blanks } };
  },
  show(view, field, { feedback }) {
    for (const { id, correct } of feedback.parts) {
      const place = all(field, ".blank").find((node) => node.dataset.name === id);
      const solution = feedback.solution.blanks[id];
      const options = view.question.interaction.blanks.find((blank) => blank.name === id)?.options ?? [];
      const what = solution.selected ? named(options, solution.selected[0]) : spelt(solution);
      place?.append(partVerdict(view, correct, what));
    }
  },
};

/** The blanks in the order of the stem. */
function blanksOf({ prompt, interaction }) {
  const place = ({ name }) => prompt.html.indexOf(`[[${name}]]`);
  return [...interaction.blanks].sort((one, other) => place(one) - place(other));
}

/** The control of a blank. */
function blankOf(view, blank, n, said) {
  const { words, question } = view;
  const label = filled(words.blank, { n: n + 1, all: question.interaction.blanks.length });
  const attributes = { "aria-label": label, class: "short", lang: question.language };
  const controls = blank.kind === "numeric" ? numberOf(view, blank.units, said, label)
    : blank.kind === "inline_choice"
      ? [choiceOf(view, blank.options, { ...attributes, name: "choice" }, said.selected?.[0], words.choose)]
      : [line({ ...attributes, name: "text", value: said.text })];
  return h("span", { class: "blank", "data-name": blank.name }, ...controls);
}

function readBlank(place, words) {
  const [control] = all(place, "input, select");
  if (control.name === "value") return readNumber(place, words);
  if (!control.value) return null;
  return control.name === "choice" ? { selected: [control.value] } : { text: control.value };
}

/** Put each blank where the stem marks it as `[[name]]`, once. */
function putInto(stem, places) {
  const walker = document.createTreeWalker(stem, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    const pieces = text.data.split(/\[\[([a-z][a-z0-9_]*)\]\]/);
    const nodes = pieces.map((piece, n) => {
      const place = n % 2 ? places.get(piece) : undefined;
      return place && !stem.contains(place) ? place : n % 2 ? `[[${piece}]]` : piece;
    });
    if (nodes.length > 1) text.replaceWith(...nodes);
  }
}

const KINDS = { numeric, short_text: shortText, ordering, matching, cloze };

/** How a question is answered; a kind that came later is picked if anything can be, else not at all. */
function kindOf(question) {
  if (Object.hasOwn(KINDS, question.kind)) return KINDS[question.kind];
  return question.select.max > 0 ? picking : null;
}

// Results.

/** The line on the score: what came out, by icon and word, the points, and why. */
function headline({ words, question }, told) {
  if (told.score === null) return ["received", words.received, "", words.unreleased];
  const name = outcomeOf(told);
  const spell = new Intl.NumberFormat(words.language, { maximumFractionDigits: 2 });
  const values = { points: spell.format(told.points), all: spell.format(told.max_points) };
  const points = filled(told.max_points === 1 ? words.point : words.points, values);
  return [name, words[name], points, told.reason];
}

/** A part of the result under a heading, where there is any. */
function section(title, part, content) {
  return content && h("section", { part }, h("h3", {}, title), content);
}

/** Explanation and references. */
function detailsOf(view, { feedback }) {
  if (!feedback) return [];
  const { words } = view;
  const text = (said) => said && rich(said.html, view);
  const references = feedback.references.map(({ title, url, lead, note }) => {
    const link = h(url ? "a" : "cite", { href: url }, title);
    const item = h("li", { lang: view.question.language }, lead && `${lead} `, link, note && ` ${note}`);
    if (url) clean(link, view);
    return item;
  });
  return [
    section(words.combination, "combination", text(feedback.combination)),
    section(words.explanation, "explanation", text(feedback.explanation)),
    section(words.references, "references", references.length > 0 && h("ul", {}, ...references)),
  ].filter(Boolean);
}

// Sending. A request that may have arrived is sent again with the same key: it has one effect.

const LONGEST_WAIT = 60; // seconds
const PATIENCE = 15_000; // milliseconds until a silent server counts as failed
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Thrown where it may help to try again; `after` is in seconds, where the server states it. */
class Passing extends Error {
  constructor(after = 0) {
    super("no answer");
    this.after = after;
  }
}

/** Thrown where it does not. */
class Refused extends Error {
  constructor(problem) {
    super([problem.detail, ...(problem.errors ?? []).map((fault) => fault.detail)].join(" "));
    this.problem = problem;
  }
}

/** The JSON that the server answers; else `Passing` or `Refused`. */
async function ask(url, options, ending) {
  const signal = AbortSignal.any([ending, AbortSignal.timeout(PATIENCE)]);
  let response, told;
  try {
    response = await fetch(url, { ...options, signal, credentials: "omit" });
    told = await response.json();
  } catch {
    if (ending.aborted) throw ending.reason;
    if (!response || response.ok || PASSING.has(response.status)) throw new Passing(afterOf(response));
    told = { detail: `${response.status} ${response.statusText}`, code: "", errors: [] };
  }
  if (response.ok) return told;
  const after = afterOf(response);
  if (PASSING.has(response.status) || (response.status === 409 && after)) throw new Passing(after);
  throw new Refused(told);
}

function afterOf(response) {
  return Number(response?.headers.get("Retry-After")) || 0;
}

/** Milliseconds before the next try: what the server states, or twice as long each time; spread. */
function waitBefore(tries, after) {
  const seconds = Math.max(after, Math.min(LONGEST_WAIT, 2 ** tries));
  return seconds * 1000 * (1 + Math.random() / 4);
}

/** What waits to be sent, kept as long as the window is: a reload does not lose it. */
const kept = {
  read(name) {
    try {
      return JSON.parse(sessionStorage.getItem(name) ?? "null");
    } catch {
      return null; // no storage here
    }
  },
  write(name, pending) {
    try {
      if (pending) sessionStorage.setItem(name, JSON.stringify(pending));
      else sessionStorage.removeItem(name);
    } catch {
      // It is kept as long as the page is.
    }
  },
};

// The element.

export class QuizQuestion extends HTMLElement {
  static version = "0.1.0";

  /** Words by language; pages may add to them before they use the element. */
  static words = WORDS;

  static observedAttributes = ["src", "shuffle", "language", "api-key", "readonly"];

  /** The question as the service sent it. */
  question = null;

  /** The graded submission as the service sent it. */
  submission = null;

  #root = this.attachShadow({ mode: "open" });
  #body = h("div", { class: "body" });
  #status = h("div", { role: "status", part: "status", class: "status", tabindex: "-1" });
  #details = h("div", { class: "details" });
  #spoken = h("div", { role: "status", class: "unseen" });
  #view = null;
  #pending = null;
  #ending = new AbortController();
  #shownAt = 0;
  #planned = false;
  #timer;
  #overflow = new ResizeObserver(() => this.#tellScrollers());

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [sheet()];
    const card = h("article", { part: "card", class: "card" }, this.#body, this.#status, this.#details);
    this.#root.append(card, this.#spoken);
  }

  connectedCallback() {
    this.#overflow.observe(this);
    // What is only moved on its page stays as it is.
    if (!this.#view || this.#pending) this.#plan();
  }

  disconnectedCallback() {
    this.#overflow.disconnect();
    this.#stop();
  }

  attributeChangedCallback(name) {
    if (name === "readonly" && this.#view) this.#lock(this.submission !== null || this.#pending !== null);
    else this.#plan();
  }

  /** Load once, however many attributes change at a time. */
  #plan() {
    if (this.#planned) return;
    this.#planned = true;
    queueMicrotask(() => {
      this.#planned = false;
      if (this.isConnected) this.reload();
      else this.#view = null;
    });
  }

  #stop() {
    this.#ending.abort();
    clearTimeout(this.#timer);
    this.#ending = new AbortController();
  }

  /** The words to say, in the language asked for, else that of the question, else of the page. */
  get #words() {
    const page = this.closest("[lang]")?.lang;
    return wordsIn(this.getAttribute("language"), this.question?.language, page);
  }

  get #address() {
    return new URL(this.getAttribute("src") ?? "", document.baseURI);
  }

  /** An address below the question's own. */
  #below(path) {
    const url = this.#address;
    url.pathname = `${url.pathname.replace(/\/$/, "")}/${path}`;
    url.search = "";
    return url;
  }

  get #storage() {
    return `quiz-question ${this.#address.href} ${this.getAttribute("learner") ?? ""}`;
  }

  get #headers() {
    const key = this.getAttribute("api-key");
    return key ? { Authorization: `Bearer ${key}` } : {};
  }

  /** Load the question and show it anew. */
  async reload() {
    this.#stop();
    if (!this.getAttribute("src")) return;
    this.question = this.submission = this.#view = null;
    this.#pending = kept.read(this.#storage);
    this.#body.replaceChildren();
    this.#details.replaceChildren();
    this.#say("busy", this.#words.loading);
    await this.#load(0);
  }

  /** The question, in the order and language that a kept answer was given in, where there is one. */
  get #reading() {
    const url = this.#address;
    const { shuffle = this.getAttribute("shuffle"), language = this.getAttribute("language"), version } =
      this.#pending?.answer ?? {};
    if (shuffle !== null) url.searchParams.set("shuffle", shuffle);
    if (language) url.searchParams.set("language", language);
    if (version) url.searchParams.set("version", version);
    return url.href;
  }

  async #load(tries) {
    const { signal } = this.#ending;
    try {
      this.question = await ask(this.#reading, { headers: this.#headers }, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#failed(error, tries, this.#words.later, (next) => this.#load(next));
      if (error instanceof Refused) this.#offer(this.#words.reload, "reload", () => this.reload());
      return;
    }
    this.#show();
    this.#tell("ready", { question: this.question });
    if (this.#pending) this.#send(0);
  }

  // Showing.

  #show() {
    const question = this.question;
    const words = this.#words;
    const say = (text) => this.#spoken.replaceChildren(text);
    const view = { question, words, base: this.#address.href, say };
    this.#view = view;
    const kind = kindOf(question);
    const inside = question.kind === "cloze";
    const nodes = [
      h("h2", { part: "title", lang: question.language }, question.title),
      !inside && rich(question.prompt.html, view, { part: "prompt", id: "prompt" }),
      kind ? this.#form(view, kind) : h("p", { part: "unknown" }, words.unknown),
    ];
    this.#root.firstElementChild?.setAttribute("lang", words.language);
    this.#spoken.lang = words.language;
    this.#body.replaceChildren(...nodes.filter((node) => node !== false));
    this.#details.replaceChildren();
    this.#say("", "");
    this.#shownAt = performance.now();
    this.#styleMathematics(view);
    this.#lock(this.#pending !== null);
    this.#tellScrollers();
  }

  /** Temml's own style, where the question or what is told of it can hold mathematics. */
  #styleMathematics({ base }) {
    if (this.#root.querySelector("link") || !this.#root.querySelector(".math")) return;
    const { style, styleHash: integrity } = TEMML;
    const href = rootOf(base) + style;
    this.#root.prepend(h("link", { rel: "stylesheet", href, integrity, crossorigin: "anonymous" }));
  }

  #form(view, kind) {
    const { words, question } = view;
    const said = this.#pending?.answer ?? {};
    const field = h("fieldset", { part: "answer", "aria-describedby": question.kind !== "cloze" && "prompt" },
      h("legend", { part: "legend" }, kind.legend(view)), ...kind.build(view, said));
    const submit = h("button", { type: "submit", part: "button submit", class: "main" }, words.submit);
    const hints = h("div", { class: "hints", "aria-live": "polite" });
    const actions = h("div", { class: "actions" }, submit, this.#hintButton(view, hints, 1));
    const form = h("form", { novalidate: true }, field, hints, actions);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(kind, view, field);
    });
    return form;
  }

  /** A button that fetches the next hint, while there is one. */
  #hintButton(view, place, n) {
    const { question, words } = view;
    if (n > question.hints) return null;
    const label = filled(words.hint, { n, all: question.hints });
    const button = h("button", { type: "button", part: "button hint", class: "hint" }, label);
    button.addEventListener("click", async () => {
      const url = this.#below(`hints/${n}`);
      url.searchParams.set("version", String(question.version));
      url.searchParams.set("language", question.language);
      if (question.shuffle) url.searchParams.set("shuffle", question.shuffle);
      try {
        const hint = await ask(url.href, { headers: this.#headers }, this.#ending.signal);
        const title = h("strong", {}, filled(words.hintTitle, { n }));
        place.append(h("div", { part: "hint-text" }, title, rich(hint.html, view)));
        this.#styleMathematics(view);
        const next = this.#hintButton(view, place, n + 1);
        const wasHere = this.#root.activeElement === button;
        button.replaceWith(...(next ? [next] : []));
        if (wasHere) (next ?? this.#submitButton)?.focus();
      } catch (error) {
        if (error instanceof Refused || error instanceof Passing) {
          this.#say("trouble", error instanceof Refused ? error.message : words.silent);
        }
      }
    });
    return button;
  }

  get #submitButton() {
    return this.#body.querySelector("[type=submit]");
  }

  /** Let nothing be changed where something is under way or done, or where it is only shown. */
  #lock(locked) {
    const field = this.#body.querySelector("fieldset");
    const readonly = this.hasAttribute("readonly");
    if (field) field.disabled = locked || readonly;
    const actions = this.#body.querySelector(".actions");
    if (actions) actions.hidden = locked || readonly;
  }

  /** Say how things stand, in the live region that is there from the start. */
  #say(name, ...content) {
    this.#status.className = `status ${name}`;
    this.#status.lang = this.#words.language;
    this.#status.replaceChildren(...content.filter(Boolean));
  }

  /** Put a button below what is said. */
  #offer(text, part, act) {
    const button = h("button", { type: "button", part: `button ${part}` }, text);
    button.addEventListener("click", act);
    this.#details.replaceChildren(h("div", { class: "actions" }, button));
  }

  /** What scrolls can be reached by keyboard. */
  #tellScrollers() {
    for (const node of all(this.#root, "pre, .scrolls, .math.display")) {
      if (node.scrollWidth > node.clientWidth + 1) node.setAttribute("tabindex", "0");
      else node.removeAttribute("tabindex");
    }
  }

  /** Tell the page. Events stay at the element: others have `submit` and `error` of their own. */
  #tell(name, detail) {
    return this.dispatchEvent(new CustomEvent(name, { detail, cancelable: name === "submit" }));
  }

  // Answering.

  #submit(kind, view, field) {
    if (this.#pending || this.submission || this.hasAttribute("readonly")) return;
    for (const node of all(field, "[aria-invalid]")) node.removeAttribute("aria-invalid");
    let said;
    try {
      said = kind.read(view, field);
    } catch (error) {
      if (!(error instanceof Incomplete)) throw error;
      error.control?.setAttribute("aria-invalid", "true");
      this.#say("trouble", error.message);
      error.control?.focus();
      return;
    }
    const { version, shuffle, language } = view.question;
    const learner = this.getAttribute("learner");
    const duration_ms = Math.round(performance.now() - this.#shownAt);
    const answer = { ...said, version, language, duration_ms, ...(learner && { learner }), ...(shuffle && { shuffle }) };
    if (!this.#tell("submit", { question: view.question, answer })) return;
    this.#pending = { answer, key: newKey() };
    kept.write(this.#storage, this.#pending);
    this.#send(0);
  }

  async #send(tries) {
    const { signal } = this.#ending;
    const { answer, key } = this.#pending;
    const storage = this.#storage;
    const headers = { ...this.#headers, "Content-Type": "application/json", "Idempotency-Key": key };
    const request = { method: "POST", headers, body: JSON.stringify(answer) };
    const wasHere = this.#root.activeElement !== null;
    clearTimeout(this.#timer);
    this.#details.replaceChildren();
    this.#say("busy", this.#words.sending);
    if (wasHere) this.#status.focus();
    this.#lock(true);
    try {
      this.submission = await ask(this.#below("submissions").href, request, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#failed(error, tries, this.#words.kept, (next) => this.#send(next));
      if (error instanceof Refused) this.#giveBack(error, storage);
      return;
    }
    this.#pending = null;
    kept.write(storage, null);
    this.#graded();
  }

  /** The answer was refused, so it may be changed; of a version that is gone, the question is read again. */
  #giveBack({ problem }, storage) {
    this.#pending = null;
    kept.write(storage, null);
    this.#lock(false);
    if (problem.code === "version_conflict") {
      this.#offer(this.#words.reload, "reload", () => this.reload());
    }
  }

  /**
   * Say what went wrong; where trying again may help, do so: later, at once when the network is back,
   * or when the learner says so.
   */
  #failed(error, tries, promise, act) {
    const words = this.#words;
    const retrying = error instanceof Passing;
    if (retrying) {
      const again = () => {
        removeEventListener("online", again);
        clearTimeout(this.#timer);
        act(tries + 1);
      };
      const silent = navigator.onLine === false ? words.offline : words.silent;
      this.#say("trouble", h("strong", {}, silent), ` ${promise}`);
      this.#offer(words.now, "retry", again);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(again, waitBefore(tries, error.after));
      addEventListener("online", again, { signal: this.#ending.signal });
    } else {
      const message = error instanceof Error ? error.message : String(error);
      this.#say("trouble", h("strong", {}, this.question ? words.refused : words.missing), " ", h("span", { lang: "en" }, message));
    }
    const problem = error instanceof Refused ? error.problem : null;
    this.#tell("error", { problem, retrying });
  }

  #graded() {
    const view = this.#view;
    const told = this.submission;
    const [name, word, points, reason] = headline(view, told);
    const wasHere = this.#root.activeElement !== null;
    this.#say(`told ${name}`,
      icon(name),
      h("span", { class: "outcome" }, h("strong", { part: "outcome" }, word), points && " · ",
        points && h("span", { part: "score" }, points),
        h("span", { part: "reason", class: "reason", lang: told.score !== null && "en" }, ` ${reason ?? ""}`)));
    const field = this.#body.querySelector("fieldset");
    if (told.feedback && field) kindOf(view.question)?.show(view, field, told);
    const again = h("button", { type: "button", part: "button again" }, view.words.again);
    again.addEventListener("click", () => {
      this.submission = null;
      this.#show();
      this.#body.querySelector("input, select, button")?.focus();
    });
    this.#details.replaceChildren(...detailsOf(view, told), h("div", { class: "actions" }, again));
    this.#styleMathematics(view);
    this.#tellScrollers();
    if (wasHere) this.#status.focus();
    this.#tell("graded", { question: view.question, submission: told });
  }
}

// Its style. Light or dark follows the `color-scheme` of the page or of the element.

let style;

/** One style sheet for all; it holds under any content security policy. */
function sheet() {
  if (!style) {
    style = new CSSStyleSheet();
    style.replaceSync(CSS_TEXT);
  }
  return style;
}

const CSS_TEXT = `
:host {
  --_accent: var(--quiz-accent, light-dark(#0b57c2, #79b8ff));
  --_on-accent: var(--quiz-on-accent, light-dark(#ffffff, #0d1117));
  --_text: var(--quiz-text, light-dark(#1b1f24, #e6edf3));
  --_soft: var(--quiz-soft, light-dark(#57606a, #9aa5b1));
  --_line: var(--quiz-line, light-dark(#d0d7de, #3d444d));
  --_edge: var(--quiz-edge, light-dark(#7d8590, #768390));
  --_ground: var(--quiz-ground, light-dark(#ffffff, #0d1117));
  --_raised: var(--quiz-raised, light-dark(#f6f8fa, #161b22));
  --_right: var(--quiz-right, light-dark(#116329, #7ee787));
  --_wrong: var(--quiz-wrong, light-dark(#a40e26, #ffa198));
  --_partly: var(--quiz-partly, light-dark(#7a4d00, #f0b849));
  --_radius: var(--quiz-radius, .75rem);
  --_space: var(--quiz-space, 1.25rem);
  display: block; max-inline-size: 46rem;
  font: var(--quiz-font, 1.0625rem/1.6 system-ui, sans-serif); color: var(--_text);
}
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
.card { background: var(--_ground); border: 1px solid var(--_line); border-radius: var(--_radius); padding: var(--_space); overflow-wrap: anywhere; }
h2 { font-size: 1.375em; line-height: 1.25; margin: 0 0 .5em; }
h3 { font-size: 1.0625em; line-height: 1.3; margin: 1.5em 0 .4em; }
form { margin: 0; }
fieldset { border: 0; margin: var(--_space) 0 0; padding: 0; min-inline-size: 0; display: grid; gap: .5rem; }
legend { padding: 0; margin-block-end: .5rem; color: var(--_soft); font-weight: 500; }
.rich > :first-child, .rich > :first-child > :first-child { margin-block-start: 0; }
.rich > :last-child { margin-block-end: 0; }
.rich :is(h1, h2, h3, h4, h5, h6) { font-size: 1.0625em; margin: 1em 0 .4em; }
p, ul, ol, blockquote, pre, .scrolls, figure { margin: .75em 0; }
ul, ol { padding-inline-start: 1.5em; }
a { color: var(--_accent); text-underline-offset: .15em; }
img { max-inline-size: 100%; block-size: auto; }
blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: .25rem solid var(--_line); color: var(--_soft); }
pre, .scrolls, .math.display { overflow-x: auto; }
pre { background: var(--_raised); padding: .75rem 1rem; border-radius: calc(var(--_radius) * .66); line-height: 1.5; overflow-wrap: normal; }
code, .math:not(.set) { font-size: .9em; font-family: ui-monospace, Menlo, Consolas, monospace; }
:not(pre) > code { background: var(--_raised); border-radius: .25em; padding: .1em .3em; }
.math.display { display: block; text-align: center; margin: .75em 0; overflow-y: hidden; }
math { font-size: 1.1em; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--_line); padding: .35rem .6rem; text-align: start; vertical-align: top; }
.option { display: flex; gap: .75rem; align-items: flex-start; padding: .75rem 1rem; border: 1px solid var(--_line); border-radius: calc(var(--_radius) * .66); background: var(--_ground); transition: background-color .15s, border-color .15s; }
label.option { cursor: pointer; }
fieldset:disabled label.option { cursor: default; }
fieldset:enabled label.option:hover { background: var(--_raised); border-color: var(--_edge); }
.option:has(input:checked):not(.rightly_picked, .wrongly_picked) { border-color: var(--_accent); box-shadow: inset 0 0 0 1px var(--_accent); }
.option > input { appearance: none; flex: none; display: grid; place-items: center; inline-size: 1.5rem; block-size: 1.5rem; margin: .1rem 0 0; border: 2px solid var(--_edge); border-radius: .35rem; background: var(--_ground); cursor: inherit; }
.option > [type=radio] { border-radius: 50%; }
.option > :checked { border-color: var(--_accent); background: var(--_accent); }
.option > :checked::before { content: ""; inline-size: .8rem; block-size: .8rem; background: var(--_on-accent); clip-path: polygon(14% 44%, 0 62%, 42% 98%, 100% 18%, 82% 2%, 38% 64%); }
.option > [type=radio]:checked::before { clip-path: circle(38%); }
.said { flex: 1; min-inline-size: 0; }
.said [part=feedback] { color: var(--_soft); margin-block-start: .25rem; }
.option.rightly_picked { border-color: var(--_right); box-shadow: inset 0 0 0 1px var(--_right); }
.option.wrongly_picked { border-color: var(--_wrong); box-shadow: inset 0 0 0 1px var(--_wrong); }
.option.missed { border: 1px dashed var(--_wrong); }
.option.missed:has([type=radio]) { border-color: var(--_right); }
.line { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
input[type=text], select { font: inherit; color: inherit; background: var(--_ground); border: 1px solid var(--_edge); border-radius: .5rem; padding: .4rem .65rem; min-block-size: 2.5rem; max-inline-size: 100%; }
input[type=text] { inline-size: min(24rem, 100%); }
.short[type=text] { inline-size: 9rem; }
[aria-invalid] { border-color: var(--_wrong) !important; box-shadow: inset 0 0 0 1px var(--_wrong); }
input:disabled, select:disabled { opacity: 1; -webkit-text-fill-color: currentColor; color: var(--_text); background: var(--_raised); }
.pair { flex-wrap: wrap; align-items: center; }
.pair .said { flex: 1 1 10rem; }
.pair .line { flex: 1 1 12rem; min-inline-size: 0; }
.pair select { inline-size: 100%; text-overflow: ellipsis; }
.letters { list-style: none; padding: 0; margin: 0 0 .5rem; display: grid; gap: .35rem; }
.letters li { display: flex; gap: .75rem; align-items: baseline; }
.order { list-style: none; counter-reset: place; margin: 0; padding: 0; display: grid; gap: .5rem; }
.order > li { counter-increment: place; align-items: center; flex-wrap: wrap; }
.order .said { flex: 1 1 6rem; }
.order .said::before { content: counter(place) ". "; float: inline-start; margin-inline-end: .4em; color: var(--_soft); font-variant-numeric: tabular-nums; }
.handle { flex: none; cursor: grab; touch-action: none; user-select: none; color: var(--_soft); inline-size: 1.5rem; text-align: center; }
fieldset:disabled :is(.handle, .move) { display: none; }
.dragged { border-color: var(--_accent); background: var(--_raised); }
.label { margin: .75rem 0 0; font-weight: 600; }
.solution { margin: 0; }
.blank { display: inline-flex; flex-wrap: wrap; gap: .35rem; align-items: center; margin: .15rem .1rem; vertical-align: middle; max-inline-size: 100%; }
.blank select { max-inline-size: min(16rem, 100%); }
.verdict { display: flex; gap: .4rem; align-items: center; font-size: .9em; font-weight: 600; }
.blank .verdict { display: inline-flex; }
.said .verdict { margin-block-start: .35rem; }
.right { --_tone: var(--_right); } .wrong { --_tone: var(--_wrong); } .partly { --_tone: var(--_partly); } .received { --_tone: var(--_accent); }
.verdict, .told { color: var(--_tone); }
.icon { flex: none; display: inline-grid; place-items: center; inline-size: 1.3em; block-size: 1.3em; border-radius: 50%; font-size: .9em; line-height: 1; font-weight: 700; color: var(--_ground); background: var(--_tone); }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-block-start: var(--_space); }
button { font: inherit; font-weight: 600; min-block-size: 2.75rem; padding: .5rem 1.25rem; border: 1px solid var(--_edge); border-radius: .5rem; background: var(--_ground); color: var(--_text); cursor: pointer; transition: background-color .15s; }
button:hover { background: var(--_raised); }
button.main { border-color: transparent; background: var(--_accent); color: var(--_on-accent); }
button.main:hover { background: color-mix(in oklab, var(--_accent) 88%, var(--_text)); }
button.move { padding: 0; inline-size: 2.25rem; min-block-size: 2.25rem; }
button[aria-disabled=true] { color: var(--_soft); border-color: var(--_line); cursor: default; }
.hints { display: grid; gap: .5rem; }
.hints:not(:empty) { margin-block-start: .75rem; }
[part=hint-text] { padding: .75rem 1rem; background: var(--_raised); border-radius: calc(var(--_radius) * .66); }
.status { margin-block-start: var(--_space); padding: .75rem 1rem; border-radius: calc(var(--_radius) * .66); background: var(--_raised); }
.status:empty { margin: 0; padding: 0; background: none; block-size: 0; }
.body:empty + .status { margin-block-start: 0; }
.status.busy { color: var(--_soft); }
.status.trouble { border: 1px solid var(--_wrong); }
.status.told { display: flex; gap: .75rem; align-items: flex-start; border: 1px solid currentColor; }
.status.told > .icon { font-size: 1.1em; margin-block-start: .1em; }
.outcome { min-inline-size: 0; }
.reason { display: block; color: var(--_text); font-size: .95em; }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 2px; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.highlight [class^=c] { color: light-dark(#59636e, #9198a1); font-style: italic; }
.highlight :is([class^=k], .ow) { color: light-dark(#b3122a, #ff7b72); }
.highlight [class^=s] { color: light-dark(#0a3069, #a5d6ff); }
.highlight :is([class^=m], .il, .bp, .no, .kc) { color: light-dark(#0550ae, #79c0ff); }
.highlight :is(.nf, .nc, .nd, .fm, .nn) { color: light-dark(#6639ba, #d2a8ff); }
.highlight :is(.nb, .nt, .na, .ne) { color: light-dark(#0a5a2a, #7ee787); }
.highlight .gd { color: var(--_wrong); } .highlight .gi { color: var(--_right); }
@media (prefers-reduced-motion: reduce) { *, *::before { animation: none !important; transition: none !important; } }
@media (forced-colors: active) { .icon { forced-color-adjust: none; color: Canvas; background: CanvasText; } .option > input { appearance: auto; } }
@media (max-width: 30rem) { .card { padding: calc(var(--_space) * .8); } .option { padding: .65rem .75rem; } .order > li { gap: .35rem; } }
`;

if (!customElements.get("quiz-question")) customElements.define("quiz-question", QuizQuestion);
