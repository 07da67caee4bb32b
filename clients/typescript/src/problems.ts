import type { ProblemOut } from "./schema.js";

/** Why the service refused a request, as it tells it (RFC 9457). */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: ProblemOut;
  /** Seconds after which to try again, where the service says so. */
  readonly retryAfter: number | null;

  constructor(problem: ProblemOut, retryAfter: number | null = null) {
    super(`${problem.status} ${problem.code}: ${problem.detail || problem.title}`);
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  get status(): number {
    return this.problem.status;
  }

  /** A stable name to compare with, such as `question_not_found`. */
  get code(): string {
    return this.problem.code;
  }

  /** The problem of a failed response; one of a proxy, that tells none, has the code `unknown`. */
  static async of(response: Response): Promise<ProblemError> {
    const isProblem = response.headers.get("Content-Type")?.startsWith("application/problem+json");
    return new ProblemError(
      isProblem ? ((await response.json()) as ProblemOut) : unknown(response),
      retryAfter(response),
    );
  }
}

function unknown(response: Response): ProblemOut {
  return {
    type: "about:blank",
    title: response.statusText,
    status: response.status,
    detail: "",
    instance: new URL(response.url).pathname,
    code: "unknown",
    request_id: response.headers.get("X-Request-Id") ?? "",
    errors: [],
  };
}

/** The seconds that a response asks to wait, stated as a number or as a date. */
export function retryAfter(response: Response): number | null {
  const stated = response.headers.get("Retry-After");
  if (stated === null) return null;
  const seconds = /^\d+$/.test(stated) ? Number(stated) : (Date.parse(stated) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
}
