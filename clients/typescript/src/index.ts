import createClient, {
  type Client,
  type FetchResponse,
  type MaybeOptionalInit,
  type Middleware,
} from "openapi-fetch";
import type { HttpMethod, MediaType, PathsWithMethod, RequiredKeysOf } from "openapi-typescript-helpers";

import { ProblemError } from "./problems.js";
import { type Patience, repeating } from "./repeating.js";
import { KEYED, type paths, type SubmissionIn, type SubmissionOut } from "./schema.js";

export { ProblemError } from "./problems.js";
export type { Patience } from "./repeating.js";
export type * from "./schema.js";

export interface Options extends Partial<Patience> {
  /** An API key, `qs_...`, where the service asks for one. */
  key?: string;
  /** What sends a request, once; the platform's own if not stated. */
  fetch?: typeof fetch;
}

type Operation<Path extends keyof paths, Method extends HttpMethod> = NonNullable<
  paths[Path][Method]
> &
  object;
type Data<Path extends keyof paths, Method extends HttpMethod, Init> = NonNullable<
  FetchResponse<Operation<Path, Method>, Init, MediaType>["data"]
>;
type Call<Method extends HttpMethod> = <
  Path extends PathsWithMethod<paths, Method>,
  Init extends MaybeOptionalInit<paths[Path], Method>,
>(
  path: Path,
  ...init: RequiredKeysOf<Init> extends never ? [Init?] : [Init]
) => Promise<Data<Path, Method, Init>>;

interface Page {
  items: readonly unknown[];
  next_cursor: string | null;
}
type ReadPath = PathsWithMethod<paths, "get">;
/** The paths of listings. */
export type PagedPath = {
  [Path in ReadPath]: Data<Path, "get", object> extends Page ? Path : never;
}[ReadPath];
/** What a listing lists. */
export type Item<Path extends PagedPath> =
  Data<Path, "get", object> extends { items: readonly (infer Row)[] } ? Row : never;

/**
 * The service, typed by its own document. Each method gives the answer's document; what the service
 * refuses is thrown as a {@link ProblemError}, what did not reach it as `fetch` throws it.
 */
export class QuestionService {
  /** The same with the whole response beside the document, for those who need its headers. */
  readonly client: Client<paths>;

  constructor(baseUrl: string, options: Options = {}) {
    const { key, fetch = globalThis.fetch, tries = 4, longestWait = 20, timeout = 30 } = options;
    this.client = createClient<paths>({
      baseUrl,
      fetch: repeating(fetch, { tries, longestWait, timeout }),
      headers: key === undefined ? {} : { Authorization: `Bearer ${key}` },
    });
    this.client.use(counting, throwing);
  }

  readonly get: Call<"get"> = (path, ...init) => this.#call("GET", path, init);
  readonly post: Call<"post"> = (path, ...init) => this.#call("POST", path, init);
  readonly put: Call<"put"> = (path, ...init) => this.#call("PUT", path, init);
  readonly patch: Call<"patch"> = (path, ...init) => this.#call("PATCH", path, init);
  readonly delete: Call<"delete"> = (path, ...init) => this.#call("DELETE", path, init);

  /** All rows of a listing; each page is asked for when its first row is. */
  async *each<Path extends PagedPath>(
    path: Path,
    init?: MaybeOptionalInit<paths[Path], "get">,
  ): AsyncGenerator<Item<Path>, void, undefined> {
    const { params = {}, ...rest }: { params?: { query?: object } } = init ?? {};
    let cursor: string | null | undefined;
    do {
      const query = { ...params.query, cursor };
      const page: Page = await this.#call("GET", path, [{ ...rest, params: { ...params, query } }]);
      yield* page.items as Item<Path>[];
      cursor = page.next_cursor;
    } while (cursor !== null);
  }

  /** Answer a question. Under one key it counts once; a new one is made up if none is stated. */
  submit(name: string, answer: SubmissionIn, key?: string): Promise<SubmissionOut> {
    const header = key === undefined ? {} : { "idempotency-key": key };
    return this.post("/v1/questions/{name}/submissions", {
      params: { path: { name }, header },
      body: answer,
    });
  }

  /** A request whose types the caller knows. */
  async #call<Result>(method: Uppercase<HttpMethod>, path: string, init: unknown[]): Promise<Result> {
    const send = this.client[method] as (...all: unknown[]) => Promise<{ data: Result }>;
    return (await send(path, ...init)).data;
  }
}

/** Gives a POST that can count once a key of its own. */
const counting: Middleware = {
  onRequest({ request, schemaPath }) {
    const isKeyed = request.method === "POST" && KEYED.has(schemaPath);
    if (isKeyed && !request.headers.has("Idempotency-Key"))
      request.headers.set("Idempotency-Key", crypto.randomUUID());
  },
};

const throwing: Middleware = {
  async onResponse({ response }) {
    if (response.status >= 400) throw await ProblemError.of(response);
  },
};
