"""What the documentation tells to paste works: into a plain page, with React, with Vue."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Served
from tests.browser.pages import Watched, shown, submit
from tests.clients.tools import ELEMENT, NODE, installed
from tests.processes import ROOT

Watch = Callable[..., Watched]

DOCUMENTED = (ROOT / "docs" / "element.md").read_text()


def snippet(language: str) -> str:
    """The code of the documentation in that language."""
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENTED, re.S)
    assert found
    return found[1]


def without_jsx(code: str) -> str:
    """What a build tool makes of JSX."""
    compiling = (
        "process.stdout.write(require('sucrase').transform(require('fs').readFileSync(0, 'utf8'),"
        " {transforms: ['jsx'], production: true, jsxRuntime: 'automatic'}).code)"
    )
    command = [NODE, "-e", compiling]
    done = subprocess.run(
        command, input=code, cwd=installed(ELEMENT), capture_output=True, text=True, check=True
    )
    return done.stdout


def react_module() -> str:
    """React as one module: it comes as CommonJS alone."""
    files = {
        "react": "react/cjs/react.production.js",
        "react/jsx-runtime": "react/cjs/react-jsx-runtime.production.js",
        "scheduler": "scheduler/cjs/scheduler.production.js",
        "react-dom": "react-dom/cjs/react-dom.production.js",
        "react-dom/client": "react-dom/cjs/react-dom-client.production.js",
    }
    folder = installed(ELEMENT) / "node_modules"
    functions = [
        f"{name!r}(module, exports, require) {{\n{(folder / path).read_text()}\n}}"
        for name, path in files.items()
    ]
    return f"""const sources = {{{",".join(functions)}}}, known = {{}};
    function require(name) {{
      const done = name in known, module = known[name] ??= {{ exports: {{}} }};
      if (!done) sources[name](module, module.exports, require);
      return known[name].exports;
    }}
    export const {{ useState }} = require("react");
    export const {{ jsx, jsxs, Fragment }} = require("react/jsx-runtime");
    export const {{ createRoot }} = require("react-dom/client");"""


def map_of_imports(served: Served, **modules: str) -> str:
    named = ", ".join(f'"{name}": "{address}"' for name, address in modules.items())
    element = f"{served.url}/static/quiz-question.js"
    return (
        '<script type="importmap">{"imports": {"@question-service/quiz-question": '
        f'"{element}", {named}}}}}</script>'
    )


def answer_and_see_the_page_told(page: Page, address: str) -> None:
    sent = list[object]()
    page.on("request", lambda one: sent.append(one.post_data_json) if one.post_data else None)
    page.goto(address)
    expect(page.locator("output")).to_have_text("not answered yet")
    page.get_by_label("Batch Normalization").check()
    submit(page)
    expect(page.locator("output")).to_have_text("0 points")
    assert isinstance(sent[0], dict)
    assert sent[0]["learner"] == "learner-7"


def test_the_snippet_for_react_works(served: Served, watch: Watch) -> None:
    site = served.site
    react = site.put("/react.js", react_module())
    quiz = site.put("/quiz.js", without_jsx(snippet("jsx")))
    named = {"react": react, "react/jsx-runtime": react, "react-dom/client": react}
    start = """<div id="app"></div><script type="module">
      import { createRoot } from "react-dom/client";
      import { jsx } from "react/jsx-runtime";
      import { Quiz } from "QUIZ";
      createRoot(document.getElementById("app")).render(jsx(Quiz, { service: "SERVICE" }));
    </script>""".replace("QUIZ", quiz).replace("SERVICE", served.url)
    address = site.page(map_of_imports(served, **named), start, "/react.html")
    answer_and_see_the_page_told(watch().page, address)


def test_the_snippet_for_vue_works(served: Served, watch: Watch) -> None:
    site, dist = served.site, Path("node_modules/vue/dist")
    build = (installed(ELEMENT) / dist / "vue.esm-browser.prod.js").read_text()
    vue, quiz = site.put("/vue.js", build), site.put("/vue-quiz.js", snippet("js"))
    start = """<div id="app"></div><script type="module">
      import { mount } from "QUIZ";
      mount("#app", "SERVICE");
    </script>""".replace("QUIZ", quiz).replace("SERVICE", served.url)
    address = site.page(map_of_imports(served, vue=vue), start, "/vue.html")
    answer_and_see_the_page_told(watch().page, address)


def test_the_snippet_for_plain_pages_works(served: Served, watch: Watch) -> None:
    page = watch().page
    pasted = snippet("html").replace("http://127.0.0.1:8000", served.url)
    found = re.search(r'/element/([^/]+)/.*integrity="([^"]+)"', served.loading)
    assert found
    pasted = pasted.replace("VERSION", found[1]).replace("HASH", found[2])
    shown(page, served.site.page("", pasted, "/plain.html"))
    expect(page.get_by_role("heading", name="Vanishing gradients")).to_be_visible()
