// TeX in elements of the class "math" becomes MathML, by Temml, which is loaded where there is any.
// Where it cannot be loaded the TeX stays, which many can read.
"use strict";

const TEMML = {
  src: "/static/vendor/temml-0.13.5.min.js",
  integrity: "sha384-2DxBMAMyQPU/ulFko5zwTJ4LW6npd0cN3UviUxXkcVnUiAH2EUPZrnIlcPSrctmf",
};
const STYLE = "/static/vendor/temml-0.13.5.css";
let loading;

function loadScript() {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), TEMML);
    script.addEventListener("load", () => resolve(globalThis.temml));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}

/** Temml's style without the font that it names: that is not served, and few letters miss it. */
async function loadStyle() {
  const rules = await (await fetch(STYLE)).text();
  const sheet = await new CSSStyleSheet().replace(rules.replace(/@font-face\s*{[^}]*}/, ""));
  document.adoptedStyleSheets.push(sheet);
}

async function setMathematics() {
  if (!document.querySelector(".math:not(.set)")) return;
  loading ??= Promise.all([loadScript(), loadStyle()]);
  const [temml] = await loading.catch(() => []);
  if (!temml) return;
  for (const node of document.querySelectorAll(".math:not(.set)")) {
    node.classList.add("set");
    const displayMode = node.classList.contains("display");
    temml.render(node.textContent, node, { displayMode, throwOnError: false });
  }
}

document.addEventListener("htmx:after:swap", setMathematics);
setMathematics();
