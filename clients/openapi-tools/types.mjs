// Writes the types of an OpenAPI document: node types.mjs [DOCUMENT [OUTPUT]]
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";

const [source = "../../tests/api/openapi.json", output = "../typescript/src/schema.ts"] =
  process.argv.slice(2);
const document = JSON.parse(readFileSync(source, "utf8"));
const keyed = [];
for (const [path, operations] of Object.entries(document.paths)) {
  for (const { responses, requestBody } of Object.values(operations)) {
    // Problems are thrown, all of one type, and whole bodies as comments are most of the file.
    for (const status of Object.keys(responses)) if (status >= "300") delete responses[status];
    for (const body of [requestBody, ...Object.values(responses)])
      for (const content of Object.values(body?.content ?? {})) delete content.example;
  }
  const parameters = operations.post?.parameters ?? [];
  if (parameters.some(({ name }) => name === "idempotency-key")) keyed.push(path);
}
const types = await openapiTS(document, {
  defaultNonNullable: false, // what has a default may be left out of a request
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
});
const paths = keyed.map((path) => `  ${JSON.stringify(path)},\n`).join("");
writeFileSync(
  output,
  `${COMMENT_HEADER}${astToString(types)}
/** Where a POST with an \`Idempotency-Key\` has one effect, however often it is sent. */
export const KEYED: ReadonlySet<string> = new Set([\n${paths}]);\n`,
);
