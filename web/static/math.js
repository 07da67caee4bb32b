// TeX in elements of the class "math" becomes MathML, by Temml, which is loaded where there is any.
// Where it cannot be loaded the TeX stays, which many can read.
"use strict";

const TEMML = {
  src: "/static/vendor/temml-0.13.5.min.js",
  integrity: "sha384-2DxBMAMyQPU/ulFko5zwTJ4LW6npd0cN3UviUxXkcVnUiAH2EUPZrnIlcPSrctmf",
};
let loading;

function loadTemml() {
  loading ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), TEMML);
    script.addEventListener("load", () => resolve(globalThis.temml));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return loading;
}

async function setMathematics() {
  if (!document.querySelector(".math:not(.set)")) return;
  const { render } = await loadTemml().catch(() => ({}));
  if (!render) return;
  for (const node of document.querySelectorAll(".math:not(.set)")) {
    node.classList.add("set");
    render(node.textContent, node, { displayMode: node.classList.contains("display"), throwOnError: false });
  }
}

document.addEventListener("htmx:after:swap", setMathematics);
setMathematics();
