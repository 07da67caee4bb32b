// The playground with scripts: the element in place of the form, what goes over the wire, copying.

const JSON_TOKEN = /("(?:[^"\\]|\\.)*")(?=\s*:)|("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)|([a-z]+)/g;
const CLASSES = ["nt", "s2", "mi", "kc"];

/** JSON in the colours that api/exchange.py gives it. */
function coloured(value) {
  const text = JSON.stringify(value, null, 2);
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(JSON_TOKEN)) {
    const token = document.createElement("span");
    token.className = CLASSES[found.slice(1).findIndex((group) => group !== undefined)];
    token.textContent = found[0];
    nodes.push(text.slice(end, found.index), token);
    end = found.index + found[0].length;
  }
  return [...nodes, text.slice(end)];
}

/** Show the element once it has its question, unless somebody is already in the form. */
function showElement(element, form) {
  const show = () => {
    if (form.contains(document.activeElement)) return;
    form.remove();
    element.hidden = false;
  };
  if (element.question) show(); // it was faster than this script
  else element.addEventListener("ready", show);
  element.addEventListener("submit", (event) => showAnswer(event.detail.answer));
  element.addEventListener("graded", (event) => showGraded(event.detail.submission));
}

/** The answer as it is sent, also in the code to copy; how long it took is of no interest there. */
function showAnswer({ duration_ms, ...answer }) {
  document.getElementById("sent").replaceChildren(...coloured({ ...answer, duration_ms }));
  document.getElementById("sent-title").textContent = "Your answer";
  const text = JSON.stringify(answer);
  for (const place of document.querySelectorAll("[data-answer]")) {
    place.textContent = place.dataset.answer === "shell" ? text.replaceAll("'", "'\\''") : text;
  }
}

function showGraded(submission) {
  const place = document.getElementById("graded");
  place.replaceChildren(...coloured(submission));
  place.parentElement.hidden = false;
  document.getElementById("nothing-yet").hidden = true;
}

/** A button that copies code, or selects it where pages may not write to the clipboard. */
function addCopying(block) {
  const told = document.getElementById("copied");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  const name = block.getAttribute("aria-label");
  button.setAttribute("aria-label", `Copy the ${name} code`);
  button.addEventListener("click", async () => {
    told.textContent = "";
    try {
      await navigator.clipboard.writeText(block.textContent);
      told.textContent = `✓ The ${name} code is copied.`;
    } catch {
      getSelection().selectAllChildren(block);
      told.textContent = `The ${name} code is selected. Copy it with your keyboard.`;
    }
  });
  block.before(button);
}

const element = document.querySelector("quiz-question");
if (element) showElement(element, document.getElementById("plain"));
for (const block of document.querySelectorAll(".snippet")) addCopying(block);
