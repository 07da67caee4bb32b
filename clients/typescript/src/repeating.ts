import { retryAfter } from "./problems.js";

/** How long to go on with a request that has no result. Times are in seconds. */
export interface Patience {
  /** How often a request is sent at most. */
  tries: number;
  /** The longest wait between two tries; a service that asks for more has refused the request. */
  longestWait: number;
  /** How long one try may take. */
  timeout: number;
}

const PASSING = new Set([502, 503, 504]);
const FIRST_WAIT = 0.25;

/**
 * A `fetch` that sends a request again after a network failure, and when the service asks for it by
 * `Retry-After` or a status that passes: if it reads, or has a key that makes it count once.
 */
export function repeating(send: typeof fetch, patience: Patience) {
  return async (request: Request): Promise<Response> => {
    const isSafe = request.method === "GET" || request.headers.has("Idempotency-Key");
    for (let tries = 1; ; tries += 1) {
      const outcome = await sent(send, request, patience.timeout);
      const wait = isSafe && tries < patience.tries ? pause(outcome, tries) : null;
      if (wait === null || wait > patience.longestWait) {
        if (outcome instanceof Response) return outcome;
        throw outcome;
      }
      await sleep(wait, request.signal);
    }
  };
}

/** The whole response, or why there is none. Throws where the caller has given up. */
async function sent(send: typeof fetch, request: Request, timeout: number): Promise<unknown> {
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeout * 1000)]);
  try {
    const response = await send(new Request(request.clone(), { signal }));
    const isJson = response.headers.get("Content-Type")?.includes("json");
    // A connection may also break within a document; files are passed on while they arrive.
    return isJson ? await read(response) : response;
  } catch (failure) {
    request.signal.throwIfAborted();
    return failure;
  }
}

async function read(response: Response): Promise<Response> {
  const whole = new Response(await response.arrayBuffer(), response);
  Object.defineProperty(whole, "url", { value: response.url }); // which no constructor takes
  return whole;
}

/** Seconds until the next try; null where another one would give the same. */
function pause(outcome: unknown, tries: number): number | null {
  if (outcome instanceof Response) {
    const stated = retryAfter(outcome);
    if (stated !== null) return stated;
    if (!PASSING.has(outcome.status)) return null;
  }
  return FIRST_WAIT * 2 ** tries * (0.5 + Math.random() / 2);
}

function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, seconds * 1000);
    signal.addEventListener("abort", stop, { once: true });
  });
}
