// The client against the running service: tests/clients/test_typescript.py tells where that is.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { ProblemError, QuestionService, type Options, type QuestionOut } from "@question-service/client";

const { QUESTIONS_URL = "", QUESTIONS_NETWORK = "", QUESTIONS_KEY = "" } = process.env;
const RIGHT = { selected: ["dapz", "gpnu"] };
const SLUG = "vanishing-gradients";

/** The service behind a network that fails as told, and the headers of what was sent to it. */
function behind(faults: string, options: Options = {}) {
  const sent: Headers[] = [];
  const counted: typeof fetch = (request, init) => {
    sent.push((request as Request).headers);
    return fetch(request, init);
  };
  const url = `${QUESTIONS_NETWORK}/${randomUUID()}/${faults}`;
  return { sent, service: new QuestionService(url, { fetch: counted, key: QUESTIONS_KEY, ...options }) };
}

const service = new QuestionService(QUESTIONS_URL, { key: QUESTIONS_KEY });

async function stored(learner: string) {
  const query = { learner };
  const ids: string[] = [];
  for await (const { id } of service.each("/v1/submissions", { params: { query } })) ids.push(id);
  return ids;
}

test("a question is read and answered", async () => {
  const question = await service.get("/v1/questions/{name}", { params: { path: { name: SLUG } } });
  assert.equal(question.title, "Vanishing gradients");
  const submission = await service.submit(question.slug, RIGHT);
  assert.equal(submission.score, 1);
  assert.deepEqual(submission.feedback?.correct, RIGHT.selected);
});

test("a listing is read to its end, page by page", async () => {
  const slugs: string[] = [];
  const { sent, service } = behind("none");
  const query = { sort: "title", limit: 4 } as const;
  for await (const question of service.each("/v1/questions", { params: { query } }))
    slugs.push(question.slug);
  assert.equal(sent.length, Math.ceil(slugs.length / 4));
  assert.ok(sent.length > 2);
  assert.equal(new Set(slugs).size, slugs.length);
  assert.ok(slugs.includes(SLUG));
});

test("a page is not asked for before it is needed", async () => {
  const { sent, service } = behind("none");
  for await (const question of service.each("/v1/questions", { params: { query: { limit: 1 } } })) {
    assert.ok(question.slug);
    break;
  }
  assert.equal(sent.length, 1);
});

for (const fault of ["dropped", "lost", "cut", "busy-0", "bad"])
  test(`an answer counts once although the first request is ${fault}`, async () => {
    const { sent, service } = behind(fault);
    const learner = randomUUID();
    const submission = await service.submit(SLUG, { ...RIGHT, learner });
    assert.equal(submission.score, 1);
    assert.equal(sent.length, 2);
    const keys = new Set(sent.map((headers) => headers.get("Idempotency-Key")));
    assert.match([...keys].join(), /^[0-9a-f-]{36}$/);
    assert.deepEqual(await stored(learner), [submission.id]);
  });

test("two answers count twice, and the same key once", async () => {
  const learner = randomUUID();
  const first = await service.submit(SLUG, { ...RIGHT, learner });
  const key = randomUUID();
  const second = await service.submit(SLUG, { ...RIGHT, learner }, key);
  const again = await service.submit(SLUG, { ...RIGHT, learner }, key);
  assert.notEqual(first.id, second.id);
  assert.equal(again.id, second.id);
  assert.equal((await stored(learner)).length, 2);
});

test("it waits as long as Retry-After says", async (context) => {
  const { sent, service } = behind("busy-7,busy-3");
  const waits: unknown[] = [];
  const wait = globalThis.setTimeout;
  context.mock.method(globalThis, "setTimeout", (then: () => void, delay?: number) => {
    if (!new Error().stack?.includes("/src/")) return wait(then, delay); // fetch has timers, too
    waits.push(delay);
    return wait(then, 0);
  });
  await service.submit(SLUG, RIGHT);
  assert.deepEqual(waits, [7000, 3000]);
  assert.equal(sent.length, 3);
});

test("it gives up after so many tries, and tells why", async () => {
  const { sent, service } = behind("busy-0,busy-0,dropped,busy-0,busy-0", { tries: 3 });
  await assert.rejects(service.submit(SLUG, RIGHT), TypeError);
  assert.equal(sent.length, 3);
  const other = behind("busy-0,busy-0,busy-0", { tries: 2 });
  await assert.rejects(other.service.submit(SLUG, RIGHT), (error: unknown) => {
    assert.ok(error instanceof ProblemError);
    assert.deepEqual([error.status, error.code, error.retryAfter], [503, "unknown", 0]);
    return true;
  });
});

test("it does not wait for longer than it was told", async () => {
  const { sent, service } = behind("busy-9", { longestWait: 8 });
  await assert.rejects(service.submit(SLUG, RIGHT), { retryAfter: 9 });
  assert.equal(sent.length, 1);
});

test("what would count twice is sent once", async () => {
  const { sent, service } = behind("busy-0");
  const path = { name: SLUG };
  await assert.rejects(service.delete("/v1/bank/questions/{name}", { params: { path } }), {
    status: 503,
  });
  assert.equal(sent.length, 1);
});

test("who gives up is not kept waiting", async () => {
  const { service } = behind("busy-5");
  const signal = AbortSignal.timeout(100);
  const params = { path: { name: SLUG } };
  await assert.rejects(service.get("/v1/questions/{name}", { params, signal }), {
    name: "TimeoutError",
  });
});

test("a try takes no longer than it may", async () => {
  let tries = 0;
  const silent: typeof fetch = (request) =>
    new Promise((_, reject) => {
      tries += 1;
      const { signal } = request as Request;
      signal.addEventListener("abort", () => reject(signal.reason as Error));
    });
  const { service } = behind("none", { fetch: silent, timeout: 0.05, tries: 2 });
  await assert.rejects(service.submit(SLUG, RIGHT), { name: "TimeoutError" });
  assert.equal(tries, 2);
});

test("a refusal is a problem with its faults", async () => {
  const { sent, service } = behind("none");
  await assert.rejects(service.submit(SLUG, { selected: ["zzzz"] }), (error: unknown) => {
    assert.ok(error instanceof ProblemError);
    assert.equal(error.code, "unknown_option");
    assert.equal(error.status, 422);
    assert.equal(error.problem.errors[0]?.pointer, "/selected/0");
    assert.match(error.message, /^422 unknown_option: /);
    return true;
  });
  assert.equal(sent.length, 1);
});

test("the key is sent, and the whole response is there for who needs it", async () => {
  const { sent, service } = behind("none");
  const params = { path: { name: SLUG } };
  const { data, response } = await service.client.GET("/v1/questions/{name}", { params });
  assert.equal(data?.slug, SLUG);
  assert.ok(response.headers.get("ETag"));
  assert.equal(sent[0]?.get("Authorization"), `Bearer ${QUESTIONS_KEY}`);
});

test("types are those of the document", () => {
  // None of these runs: tsc refuses the file unless each is wrong.
  void ((service: QuestionService, question: QuestionOut) => {
    // @ts-expect-error no such path
    void service.get("/v1/nothing");
    // @ts-expect-error a path needs its name
    void service.get("/v1/questions/{name}", { params: { path: {} } });
    // @ts-expect-error ids are texts
    void service.submit("a", { selected: [1] });
    // @ts-expect-error one question is no listing
    void service.each("/v1/questions/{name}");
    // @ts-expect-error learners are not told the key
    void question.key;
  });
});
