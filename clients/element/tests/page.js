/** A page in happy-dom with the element, and a service that answers as a test says. */
import { Window } from "happy-dom";

export const window = new Window({ url: "http://page.test/" });
for (const name of ["document", "HTMLElement", "customElements", "CSSStyleSheet", "CustomEvent", "Event",
  "NodeFilter", "ResizeObserver", "sessionStorage", "Node"]) globalThis[name] = window[name];
Object.defineProperty(globalThis, "navigator", { value: window.navigator, configurable: true });
globalThis.addEventListener = window.addEventListener.bind(window);
globalThis.removeEventListener = window.removeEventListener.bind(window);

export const { QuizQuestion } = await import("../quiz-question.js");

export const SRC = "http://service.test/v1/questions/rivers";
export const QUESTION = {
  id: "1", slug: "rivers", version: 3, kind: "single_choice", language: "en", title: "Rivers",
  prompt: { html: "<p>Which is the longest?</p>" }, select: { min: 0, max: 1 }, interaction: null, hints: 0,
  shuffle: null,
  options: [{ id: "aaaa", html: "<p>Rhine</p>" }, { id: "bbbb", html: "<p>Volga</p>" }],
};
export const SUBMISSION = {
  id: "2", score: 1, points: 1, max_points: 1, correct: true, reason: "So it is.",
  feedback: { correct: ["bbbb"], solution: null, parts: [], combination: null, explanation: null,
    references: [], options: [
      { id: "aaaa", selected: false, correct: false, verdict: "rightly_left", html: null },
      { id: "bbbb", selected: true, correct: true, verdict: "rightly_picked", html: "<p>Yes.</p>" }] },
};

/** What the service was asked, as it was asked. */
export const requests = [];

/** Let the service answer: each answer is a status, a document and headers, or an error to throw. */
export function answering(...answers) {
  requests.length = 0;
  globalThis.fetch = async (url, { method = "GET", headers, body }) => {
    requests.push({ url: String(url), method, headers, body: body && JSON.parse(body) });
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`nobody expected ${method} ${url}`);
    if (answer instanceof Error) throw answer;
    const [status, document, stated = {}] = answer;
    return new Response(JSON.stringify(document), { status, headers: stated });
  };
}

/** Put an element on the page and wait until it is ready or has failed. */
export async function shown(attributes = {}) {
  document.body.replaceChildren();
  const element = document.createElement("quiz-question");
  for (const [name, value] of Object.entries({ src: SRC, ...attributes })) element.setAttribute(name, value);
  const happened = heard(element, "ready", "error");
  document.body.append(element);
  await happened;
  return element;
}

/** The next event of one of these names. */
export function heard(element, ...names) {
  return new Promise((resolve) => {
    for (const name of names) element.addEventListener(name, resolve, { once: true });
  });
}

export function find(element, selector) {
  return element.shadowRoot.querySelector(selector);
}

export function submit(element) {
  find(element, "form").dispatchEvent(new window.Event("submit", { cancelable: true }));
}
