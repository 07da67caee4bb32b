import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { QUESTION, QuizQuestion, SRC, SUBMISSION, answering, find, heard, requests, shown, submit, window }
  from "./page.js";

const READ = [200, QUESTION];
const GRADED = [201, SUBMISSION];
const PROBLEM = { detail: "No.", code: "unknown_option", errors: [{ pointer: "/selected/0", detail: "Not here." }] };

beforeEach(() => sessionStorage.clear());

/** An element whose answer the service gets once it is submitted; `event` is what came of it. */
async function answered(element, place = 1) {
  element.shadowRoot.querySelectorAll("input")[place].checked = true;
  const happened = heard(element, "graded", "error");
  submit(element);
  return happened;
}

test("it shows the question that it fetches", async () => {
  answering(READ);
  const element = await shown({ shuffle: "s", language: "de", "api-key": "qs_1" });
  assert.equal(requests[0].url, `${SRC}?shuffle=s&language=de`);
  assert.equal(requests[0].headers.Authorization, "Bearer qs_1");
  assert.equal(find(element, "h2").textContent, "Rivers");
  assert.equal(find(element, "legend").textContent, "Eine Antwort wählen");
  assert.equal(element.shadowRoot.querySelectorAll("input[type=radio]").length, 2);
});

test("it sends the answer with what was shown, and shows the result", async () => {
  answering([200, { ...QUESTION, shuffle: "s" }], GRADED);
  const element = await shown({ learner: "me" });
  const told = [];
  element.addEventListener("submit", (event) => told.push(event.detail.answer));
  const event = await answered(element);
  const [, { url, method, headers, body }] = requests;
  assert.deepEqual([url, method], [`${SRC}/submissions`, "POST"]);
  assert.match(headers["Idempotency-Key"], /^[0-9a-f]{32}$/);
  const { duration_ms, ...rest } = body;
  assert.ok(Number.isInteger(duration_ms));
  assert.deepEqual(rest, { selected: ["bbbb"], version: 3, language: "en", learner: "me", shuffle: "s" });
  assert.deepEqual(told, [body]);
  assert.deepEqual(event.detail.submission, SUBMISSION);
  assert.match(find(element, "[part=status]").textContent, /Right · 1 of 1 point So it is\./);
  assert.equal(find(element, ".rightly_picked [part=feedback]").textContent, "Yes.");
});

test("a page may keep an answer to itself", async () => {
  answering(READ);
  const element = await shown();
  element.addEventListener("submit", (event) => event.preventDefault());
  find(element, "input").checked = true;
  submit(element);
  assert.equal(requests.length, 1);
});

test("an answer that may have arrived is sent again with the same key, also after a reload", async () => {
  answering(READ, new TypeError("no network"), READ, [503, {}], GRADED);
  const element = await shown();
  const failed = await answered(element);
  assert.deepEqual(failed.detail, { problem: null, retrying: true });
  assert.ok(find(element, "fieldset").disabled);
  assert.match(find(element, "[part=status]").textContent, /kept/);
  const anew = await shown(); // sends what was kept
  assert.equal(new URL(requests[2].url).searchParams.get("version"), "3");
  assert.ok(anew.shadowRoot.querySelectorAll("input")[1].checked);
  await heard(anew, "error");
  const graded = heard(anew, "graded");
  window.dispatchEvent(new window.Event("online"));
  await graded;
  const sent = requests.filter(({ method }) => method === "POST");
  assert.equal(sent.length, 3);
  assert.equal(new Set(sent.map(({ headers }) => headers["Idempotency-Key"])).size, 1);
  assert.equal(new Set(sent.map(({ body }) => JSON.stringify(body))).size, 1);
  assert.equal(sessionStorage.length, 0);
});

test("it waits as long as the server says", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    answering(READ, [429, {}, { "Retry-After": "7" }], GRADED);
    const element = await shown();
    await answered(element);
    mock.timers.tick(6999);
    assert.equal(requests.length, 2);
    const graded = heard(element, "graded");
    mock.timers.tick(2000); // a quarter is added, so that not all come at once
    await graded;
    assert.equal(requests.length, 3);
  } finally {
    mock.timers.reset();
  }
});

test("an answer that is refused can be mended, and goes under another key", async () => {
  answering(READ, [422, PROBLEM], GRADED);
  const element = await shown();
  const event = await answered(element, 0);
  assert.deepEqual(event.detail, { problem: PROBLEM, retrying: false });
  assert.match(find(element, "[part=status]").textContent, /No\. Not here\./);
  assert.ok(!find(element, "fieldset").disabled);
  assert.equal(sessionStorage.length, 0);
  await answered(element, 1);
  const [first, second] = requests.slice(1).map(({ headers }) => headers["Idempotency-Key"]);
  assert.notEqual(first, second);
});

test("a question that is not there is told", async () => {
  answering([404, { detail: "There is no such question.", code: "question_not_found", errors: [] }]);
  const element = await shown();
  assert.match(find(element, "[part=status]").textContent, /There is no such question\./);
  assert.ok(find(element, "[part~=reload]"));
});

test("nothing that the service sends becomes code", async () => {
  const html = "<p onclick='x()' style='color:red'>a<script>x()</scr" + "ipt><img src='/a.png' onerror='x()' alt='b'>" +
    "<a href='java\nscript:x()'>c</a><a href='/d'>d</a><svg onload='x()'></svg><iframe src='/'></iframe></p>";
  answering([200, { ...QUESTION, prompt: { html } }]);
  const element = await shown();
  const prompt = find(element, "[part=prompt]");
  assert.equal(prompt.querySelectorAll("script, svg, iframe, [onclick], [onerror], [style]").length, 0);
  assert.equal(prompt.querySelector("img").getAttribute("src"), "http://service.test/a.png");
  const [bad, good] = prompt.querySelectorAll("a");
  assert.ok(!bad.hasAttribute("href"));
  assert.equal(good.getAttribute("href"), "http://service.test/d");
});

test("pictures come from the service, also where it has a prefix", async () => {
  answering([200, { ...QUESTION, prompt: { html: "<p><img src='/v1/media/a.png' alt=''></p>" } }]);
  const element = await shown({ src: "http://service.test/quiz/v1/questions/rivers" });
  assert.equal(find(element, "img").getAttribute("src"), "http://service.test/quiz/v1/media/a.png");
});

test("a kind that came later is told from one where options are picked", async () => {
  answering([200, { ...QUESTION, kind: "true_false" }]);
  assert.ok(find(await shown(), "input[type=radio]"));
  answering([200, { ...QUESTION, kind: "drawing", select: { min: 0, max: 0 } }]);
  const element = await shown();
  assert.ok(!find(element, "form"));
  assert.match(find(element, "[part=unknown]").textContent, /cannot be answered here/);
});

test("a page may add a language", async () => {
  QuizQuestion.words.fr = { submit: "Envoyer" };
  answering(READ);
  const element = await shown({ language: "fr-CA" });
  assert.equal(find(element, "[type=submit]").textContent, "Envoyer");
  assert.equal(find(element, "legend").textContent, "Pick one");
});

test("all words are there in every language", () => {
  const { en, de } = QuizQuestion.words;
  assert.deepEqual(Object.keys(de), Object.keys(en));
  for (const name of Object.keys(en)) {
    assert.deepEqual((de[name].match(/\{\w+\}/g) ?? []).sort(), (en[name].match(/\{\w+\}/g) ?? []).sort());
  }
});

test("an incomplete answer is not sent", async () => {
  answering(READ);
  const element = await shown();
  submit(element);
  assert.match(find(element, "[part=status]").textContent, /Pick an option first/);
  assert.equal(find(element, "input").getAttribute("aria-invalid"), "true");
  assert.equal(requests.length, 1);
});

test("it keeps its result where it is moved, and shows another question once it is told to", async () => {
  answering(READ, GRADED, [200, { ...QUESTION, title: "Lakes" }]);
  const element = await shown();
  await answered(element);
  const place = document.createElement("div");
  document.body.append(place);
  place.append(element);
  await Promise.resolve();
  assert.equal(requests.length, 2);
  assert.match(find(element, "[part=status]").textContent, /Right/);
  element.remove();
  element.setAttribute("src", `${SRC}?version=2`);
  await Promise.resolve();
  const ready = heard(element, "ready");
  place.append(element);
  await ready;
  assert.equal(find(element, "h2").textContent, "Lakes");
});

test("what is only shown takes no answer", async () => {
  answering(READ);
  const element = await shown({ readonly: "" });
  assert.ok(find(element, "fieldset").disabled);
  assert.ok(find(element, ".actions").hidden);
  submit(element);
  assert.equal(requests.length, 1);
});
